package dev.wasmsandbox.memory;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Every address of the process, where the JVM allows native access. All accesses through
 * it are checked before, by {@link FlatMemory} or by ranges a slot owns.
 */
final class AddressSpace {

	private static final @Nullable MemorySegment EVERYTHING = everything();

	/** Whether native access is allowed; a constant to HotSpot. */
	static final boolean DIRECT = EVERYTHING != null;

	/** The segment from address zero on; empty where native access is denied. */
	static final MemorySegment ALL = (EVERYTHING != null) ? EVERYTHING : MemorySegment.NULL;

	private AddressSpace() {
	}

	private static @Nullable MemorySegment everything() {
		try {
			return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
		}
		catch (IllegalCallerException _) {
			return null;
		}
	}

}
