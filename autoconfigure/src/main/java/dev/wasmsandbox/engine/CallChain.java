package dev.wasmsandbox.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;

import dev.wasmsandbox.memory.ThreadStack;
import org.jspecify.annotations.Nullable;

/**
 * The guests of one thread that are in a host function, the innermost first: a call that
 * a host function makes has no more time than each of them. Only its own thread changes
 * it; a watchdog that reads it sees either the calls around a running one or too few of
 * them, never others.
 *
 * <p>
 * That holds because links never change and are visible before whatever the host function
 * calls is: a watchdog that sees the inner call running reads a chain at least as new,
 * and when that call is over meanwhile, stopping it fails. Calls themselves pay nothing;
 * a host function costs two stores, and a lease the look-up of its thread's chain.
 */
public final class CallChain {

	/** Held weakly, so that a thread that lives on keeps none of our classes. */
	private static final ThreadLocal<@Nullable WeakReference<CallChain>> CURRENT = new ThreadLocal<>();

	private static final VarHandle TOP;

	static {
		try {
			TOP = MethodHandles.lookup().findVarHandle(CallChain.class, "top", Link.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/**
	 * One guest in a host function.
	 *
	 * @param guest its control
	 * @param outer the link of the guest whose host function called this one
	 */
	record Link(CallControl guest, @Nullable Link outer) {
	}

	private @Nullable Link top;

	private final ThreadStack stack = new ThreadStack();

	private CallChain() {
	}

	/** The chain of the current thread; the same as long as anybody holds it. */
	static CallChain current() {
		WeakReference<CallChain> known = CURRENT.get();
		CallChain chain = (known != null) ? known.get() : null;
		if (chain == null) {
			chain = new CallChain();
			CURRENT.set(new WeakReference<>(chain));
		}
		return chain;
	}

	/** The stack of the chain's thread, for that thread. */
	ThreadStack stack() {
		return this.stack;
	}

	/** The innermost link, for the chain's own thread. */
	@Nullable Link top() {
		return this.top;
	}

	/** Says that a guest goes into a host function; tell {@link #leave} afterwards. */
	void enter(CallControl guest, @Nullable Link outer) {
		Link link = (outer != null) ? new Link(guest, outer) : guest.outermost();
		// Not before what the thread did until now, and before all it does from now on.
		TOP.setRelease(this, link);
		VarHandle.storeStoreFence();
	}

	/**
	 * Says that the guest came back.
	 * @param outer what was on top before
	 */
	void leave(@Nullable Link outer) {
		TOP.setRelease(this, outer);
	}

	/**
	 * Says that a guest runs no more. Where the stack was exhausted it may not have told
	 * that it left a host function.
	 */
	void forget(CallControl guest) {
		TOP.setRelease(this, around(guest));
	}

	/**
	 * The link of the call around the running call of a guest, if there is one; for any
	 * thread.
	 */
	@Nullable Link around(CallControl guest) {
		Link innermost = (Link) TOP.getAcquire(this);
		Link around = innermost;
		for (Link link = innermost; link != null; link = link.outer()) {
			if (link.guest() == guest) {
				around = link.outer();
			}
		}
		return around;
	}

	/**
	 * The time that the calls have left in whose host functions the current thread is.
	 * @return nanoseconds, 0 if there is none left; {@link Long#MAX_VALUE} outside of
	 * host functions
	 */
	public static long remainingNanos() {
		WeakReference<CallChain> known = CURRENT.get();
		CallChain chain = (known != null) ? known.get() : null;
		long least = Long.MAX_VALUE;
		for (Link link = (chain != null) ? chain.top : null; link != null; link = link.outer()) {
			least = Math.min(least, link.guest().remainingNanos());
		}
		return least;
	}

}
