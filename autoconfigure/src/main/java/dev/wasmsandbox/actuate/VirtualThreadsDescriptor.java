package dev.wasmsandbox.actuate;

import dev.wasmsandbox.pool.VirtualTurns;

/**
 * What the {@link WasmEndpoint} says about calls on virtual threads. Immutable.
 *
 * @param permits guests that may run on virtual threads at a time, 0 for no limit
 * @param running virtual threads that have a permit
 * @param waiting virtual threads that wait for one
 */
public record VirtualThreadsDescriptor(int permits, int running, int waiting) {

	static VirtualThreadsDescriptor of(VirtualTurns turns) {
		return new VirtualThreadsDescriptor(turns.bound(), turns.running(), turns.waiting());
	}

}
