package dev.wasmsandbox.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.function.Function;

import dev.wasmsandbox.memory.ThreadStack;
import org.jspecify.annotations.Nullable;

/**
 * The guests of one thread that are in a host function, the innermost first: a call that
 * a host function makes has no more time than each of them. Only its own thread changes
 * it; a watchdog that reads it sees either the calls around a running one or too few of
 * them, never others.
 *
 * <p>
 * That holds because as long as a call runs the calls around it do not change, and
 * because a call begins with a release ({@link CallControl#enter}): a watchdog that sees
 * the inner call running reads a chain at least as new, and when that call is over
 * meanwhile, stopping it fails.
 *
 * <p>
 * The outermost guest, mostly the only one, is named by a number: that costs two stores
 * of an int, which HotSpot leaves out where a host function is so small that nothing can
 * see them. References are stored for those within only. Every lease takes a number.
 */
public final class CallChain {

	/** Held weakly, so that a thread that lives on keeps none of our classes. */
	private static final ThreadLocal<@Nullable WeakReference<CallChain>> CURRENT = new ThreadLocal<>();

	private static final int NOBODY = 0;

	private static final VarHandle OUTERMOST;

	private static final VarHandle TOP;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			OUTERMOST = lookup.findVarHandle(CallChain.class, "outermost", int.class);
			TOP = lookup.findVarHandle(CallChain.class, "top", Link.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/**
	 * One guest in a host function that is not the outermost.
	 *
	 * @param guest its control
	 * @param outer the link of the guest whose host function called this one, if that is
	 * not the outermost
	 */
	record Link(CallControl guest, @Nullable Link outer) {
	}

	/** The guests leased to the thread, by their numbers, of which zero is nobody's. */
	private @Nullable CallControl[] leased = new CallControl[4];

	/** Where a number is likely to be free. */
	private int free = 1;

	/** The number of the outermost guest that is in a host function. */
	private int outermost = NOBODY;

	/** The innermost of the others; none where there is no outermost. */
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

	/** Gives a guest that the thread leases a number. */
	int add(CallControl guest) {
		@Nullable CallControl[] all = this.leased;
		int number = Math.max(1, this.free);
		for (int tried = 1; all[number] != null; tried++) {
			if (tried == all.length) {
				number = all.length;
				all = Arrays.copyOf(all, 2 * all.length);
				this.leased = all;
				break;
			}
			number = (number + 1 < all.length) ? number + 1 : 1;
		}
		all[number] = guest;
		this.free = (number + 1 < all.length) ? number + 1 : 1;
		return number;
	}

	/** Takes the number back, on any thread once its own one is dead. */
	void remove(int number) {
		this.leased[number] = null;
		this.free = number;
	}

	/** What {@link #leave} is to be told, for the chain's own thread. */
	@Nullable Link top() {
		return this.top;
	}

	/**
	 * Says that a guest goes into a host function; tell {@link #leave} afterwards.
	 * @return whether it is the outermost
	 */
	boolean enter(CallControl guest) {
		if (this.outermost == NOBODY) {
			this.outermost = guest.number();
			return true;
		}
		// What it links to must be seen with it.
		TOP.setRelease(this, new Link(guest, this.top));
		return false;
	}

	/**
	 * Says that the guest came back. Where the stack was exhausted others within may not
	 * have.
	 * @param first what {@link #enter} said
	 * @param outer what was on top before
	 */
	@SuppressWarnings("ReferenceEquality") // no more than whether it is still that one
	void leave(boolean first, @Nullable Link outer) {
		if (first) {
			this.outermost = NOBODY;
		}
		if (this.top != outer) {
			TOP.setRelease(this, outer);
		}
	}

	/**
	 * Says that a guest runs no more. Where the stack was exhausted it may not have told
	 * that it left a host function. One that is not leased is in no chain; this one may
	 * be another thread's by now.
	 */
	void forget(CallControl guest) {
		if (guest.number() == NOBODY) {
			return;
		}
		if (this.outermost == guest.number()) {
			leave(true, null);
			return;
		}
		for (Link link = this.top; link != null; link = link.outer()) {
			if (link.guest() == guest) {
				leave(false, link.outer());
			}
		}
	}

	/**
	 * Whether one of the calls around the running call of a guest is one of those; for
	 * any thread.
	 * @param reason gives what is looked for, of a call around it
	 * @return the first thing found, from the innermost outwards
	 */
	<T> @Nullable T around(CallControl guest, Function<CallControl, @Nullable T> reason) {
		Link link = (Link) TOP.getAcquire(this);
		int number = (int) OUTERMOST.getAcquire(this);
		@Nullable CallControl[] all = this.leased;
		CallControl last = (number < all.length) ? all[number] : null;
		if (last == null || last == guest) {
			return null;
		}
		for (Link own = link; own != null; own = own.outer()) {
			if (own.guest() == guest) {
				link = own.outer();
			}
		}
		for (; link != null; link = link.outer()) {
			T found = reason.apply(link.guest());
			if (found != null) {
				return found;
			}
		}
		return reason.apply(last);
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
		CallControl last = (chain != null) ? chain.leased[chain.outermost] : null;
		if (chain == null || last == null) {
			return least;
		}
		for (Link link = chain.top; link != null; link = link.outer()) {
			least = Math.min(least, link.guest().remainingNanos());
		}
		return Math.min(least, last.remainingNanos());
	}

}
