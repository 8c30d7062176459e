package dev.wasmsandbox;

import dev.wasmsandbox.memory.ThreadStack;

/** A class whose initialisation takes some 40 KB of stack. */
final class FragileClass {

	static final long TAKEN = takeStack();

	private FragileClass() {
	}

	private static long takeStack() {
		ThreadStack stack = new ThreadStack();
		long before = stack.measure();
		return (before == ThreadStack.UNKNOWN) ? 0 : descend(stack, before, 1);
	}

	private static long descend(ThreadStack stack, long before, long depth) {
		return (before - stack.left() >= 40 << 10) ? depth : descend(stack, before, depth + 1) ^ depth;
	}

}
