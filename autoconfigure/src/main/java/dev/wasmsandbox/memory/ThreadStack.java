package dev.wasmsandbox.memory;

import java.lang.invoke.MethodHandle;

import org.jspecify.annotations.Nullable;

/**
 * How much stack the current thread has left. What it answers is never more than Java
 * code can use: the pages that HotSpot guards, and those it keeps for native code below
 * every frame, do not count.
 *
 * <p>
 * It is measured where {@link StackPointer} works, in about 3 ns. The bounds belong to
 * the system's thread, so a virtual thread that has changed its carrier is noticed and
 * they are asked for again. One object for each Java thread; confined to it.
 */
public final class ThreadStack {

	/** What {@link #left} answers where nothing is known. */
	public static final long UNKNOWN = StackPointer.OTHER_THREAD;

	/** A constant to HotSpot, so that a call of it costs what a call costs. */
	private static final @Nullable MethodHandle ABOVE = StackPointer.above();

	/** Whether stacks can be measured in this process. */
	public static final boolean MEASURED = ABOVE != null;

	/** The system's thread whose bounds are known; no thread has the address 0. */
	private long thread;

	/** The lowest address of its stack that Java code can use. */
	private long floor;

	/**
	 * The bytes of stack that are left, by bounds that are known already.
	 * @return bytes, below zero where Java code runs in what is kept for native code;
	 * {@link #UNKNOWN} if the thread must be {@link #measure}d first
	 */
	public long left() {
		return (ABOVE != null) ? StackPointer.call(ABOVE, this.thread, this.floor) : UNKNOWN;
	}

	/**
	 * Asks the system for the bounds of the current thread, in about a microsecond and
	 * with some KB of stack.
	 * @return what {@link #left} answers now; {@link #UNKNOWN} where the system does not
	 * tell
	 */
	public long measure() {
		if (ABOVE == null) {
			return UNKNOWN;
		}
		StackPointer.Bounds bounds = StackPointer.bounds();
		if (bounds == null) {
			return UNKNOWN;
		}
		this.floor = bounds.floor();
		this.thread = bounds.thread();
		return left();
	}

}
