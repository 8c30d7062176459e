package dev.wasmsandbox.engine;

import dev.wasmsandbox.memory.ThreadStack;

/**
 * The stack that must be left where a guest's stack goes on in other people's code. A
 * host function is not entered with less than {@value #HOST_BYTES} bytes where stacks are
 * measured, so that a guest that went to its stack's end breaks nothing there: no class
 * whose initialisation would fail for good, no library in the middle of a change.
 *
 * <p>
 * 64 KiB are what the JDK's own deep ends take: a class initialised by a class by a
 * class, a formatter's first use, a log line. Where stacks are not measured a few frames
 * are tried out, 2 KB at least. Too little is a {@link StackOverflowError}, as if the
 * guest's next frame had not fitted: nothing was begun yet.
 */
public final class StackHeadroom {

	static final long HOST_BYTES = 65_536;

	/**
	 * What a function must find at its beginning that calls host functions: its frame may
	 * grow until then.
	 */
	private static final long GUEST_BYTES = HOST_BYTES + 16_384;

	/** What a lease, and asking for a thread's bounds, take and some more. */
	private static final long LEASE_BYTES = 16_384;

	private static final int PROBED_FRAMES = 40;

	private StackHeadroom() {
	}

	/** Checks that a host function may be entered from here. */
	static void require(CallChain chain) {
		require(chain.stack(), HOST_BYTES);
	}

	/** Checks that host functions may be called by the function that begins here. */
	static void requireForCalls(CallChain chain) {
		require(chain.stack(), GUEST_BYTES);
	}

	private static void require(ThreadStack stack, long least) {
		long left = stack.left();
		if (left < least) {
			requireUnknown(stack, left, least);
		}
	}

	private static void requireUnknown(ThreadStack stack, long before, long least) {
		long left = before;
		if (left == ThreadStack.UNKNOWN) {
			long ignored = probe(PROBED_FRAMES, 1, 2, 3, 4, 5, 6, 7);
			left = stack.measure();
		}
		if (left < least && left != ThreadStack.UNKNOWN) {
			throw new StackOverflowError();
		}
	}

	/**
	 * Checks that the thread has the stack that a lease takes: a host function deep in a
	 * guest's recursion may have none left, and had better overflow before anything is
	 * taken.
	 */
	public static void requireForLease() {
		long left = CallChain.current().stack().left();
		if (left == ThreadStack.UNKNOWN) {
			// Frames are cheaper than asking, for threads that call no host function.
			long ignored = probe(PROBED_FRAMES, 1, 2, 3, 4, 5, 6, 7);
		}
		else if (left < LEASE_BYTES) {
			throw new StackOverflowError();
		}
	}

	/** The unused numbers make each frame larger, so that few of them reach far. */
	private static long probe(int frames, long a, long b, long c, long d, long e, long f, long g) {
		return (frames == 0) ? a + b + c + d + e + f + g : 1 + a + probe(frames - 1, b, c, d, e, f, g, a + frames) + g;
	}

}
