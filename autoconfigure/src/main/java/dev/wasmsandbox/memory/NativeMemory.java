package dev.wasmsandbox.memory;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The system calls on address ranges. Constants are those of Linux on x86-64 and aarch64
 * (see {@code mmap(2)}, {@code madvise(2)}).
 */
final class NativeMemory {

	/** Every address of the process; all accesses through it are checked before. */
	static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

	private static final int PROT_READ_WRITE = 0x3;

	private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x2 | 0x20 | 0x4000;

	private static final int MADV_DONTNEED = 4;

	private static final int MADV_DONTFORK = 10;

	private static final int MADV_DONTDUMP = 16;

	private static final MethodHandle MMAP = handle("mmap",
			FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
					ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));

	private static final MethodHandle MUNMAP = handle("munmap",
			FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

	private static final MethodHandle MADVISE = handle("madvise", FunctionDescriptor.of(ValueLayout.JAVA_INT,
			ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));

	private NativeMemory() {
	}

	private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
		Linker linker = Linker.nativeLinker();
		SymbolLookup lookup = linker.defaultLookup();
		return linker.downcallHandle(lookup.findOrThrow(name), descriptor);
	}

	/**
	 * Reserves zeroed memory that costs nothing until it is touched.
	 * @return its address, or a value of -1 where the system refuses
	 */
	static long reserve(long bytes) {
		try {
			long address = (long) MMAP.invokeExact(0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0L);
			if (address != -1) {
				// Guests' data must not reach a child process or a core dump. Both are
				// hints: a kernel that does not know them leaves the memory usable.
				int ignored = (int) MADVISE.invokeExact(address, bytes, MADV_DONTFORK);
				ignored = (int) MADVISE.invokeExact(address, bytes, MADV_DONTDUMP);
			}
			return address;
		}
		catch (Throwable ex) {
			throw rethrow(ex);
		}
	}

	/** Gives a reserved range back to the system. */
	static void release(long address, long bytes) {
		try {
			int result = (int) MUNMAP.invokeExact(address, bytes);
			if (result != 0) {
				throw new IllegalStateException("munmap refused " + bytes + " bytes at 0x" + Long.toHexString(address));
			}
		}
		catch (Throwable ex) {
			throw rethrow(ex);
		}
	}

	/** Drops the pages of a range; they read as zero afterwards. */
	static boolean discard(long address, long bytes) {
		try {
			return (int) MADVISE.invokeExact(address, bytes, MADV_DONTNEED) == 0;
		}
		catch (Throwable ex) {
			throw rethrow(ex);
		}
	}

	private static RuntimeException rethrow(Throwable ex) {
		if (ex instanceof RuntimeException runtime) {
			return runtime;
		}
		if (ex instanceof Error error) {
			throw error;
		}
		return new IllegalStateException(ex);
	}

}
