package dev.wasmsandbox.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

import org.jspecify.annotations.Nullable;

/**
 * The system calls on address ranges. Constants are those of Linux on x86-64 and aarch64
 * (see {@code mmap(2)}, {@code madvise(2)}, {@code memfd_create(2)}, {@code fcntl(2)} and
 * the kernel's {@code Documentation/admin-guide/mm/pagemap.rst}).
 *
 * <p>
 * Addresses are plain numbers here; whoever calls has made sure that a range is its own.
 */
final class NativeMemory {

	static final int PROT_NONE = 0;

	static final int PROT_READ = 1;

	static final int PROT_READ_WRITE = 3;

	static final int MAP_SHARED = 0x1;

	static final int MAP_PRIVATE = 0x2;

	static final int MAP_FIXED = 0x10;

	static final int MAP_ANONYMOUS = 0x20;

	static final int MAP_NORESERVE = 0x4000;

	/** As fixed, but never in the place of another mapping; Linux 4.17 and later. */
	static final int MAP_FIXED_NOREPLACE = 0x100000;

	private static final int MADV_DONTNEED = 4;

	private static final int MADV_DONTFORK = 10;

	private static final int MADV_DONTDUMP = 16;

	/** Linux 5.14 and later; refused before, which does no harm. */
	private static final int MADV_POPULATE_WRITE = 23;

	private static final int MFD_CLOEXEC_ALLOW_SEALING = 0x1 | 0x2;

	private static final int F_ADD_SEALS = 1033;

	/** Against further seals, shrinking, growing and writing. */
	private static final int ALL_SEALS = 0x1 | 0x2 | 0x4 | 0x8;

	/** Against further seals, shrinking and growing. */
	private static final int SIZE_SEALS = 0x1 | 0x2 | 0x4;

	private static final int O_RDONLY_CLOEXEC = 0x80000;

	private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

	private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

	private static final MethodHandle MMAP = handle("mmap",
			FunctionDescriptor.of(LONG, LONG, LONG, INT, INT, INT, LONG));

	private static final MethodHandle MUNMAP = handle("munmap", FunctionDescriptor.of(INT, LONG, LONG));

	private static final MethodHandle MADVISE = handle("madvise", FunctionDescriptor.of(INT, LONG, LONG, INT));

	private static final MethodHandle MEMFD_CREATE = handle("memfd_create",
			FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT));

	private static final MethodHandle FTRUNCATE = handle("ftruncate", FunctionDescriptor.of(INT, INT, LONG));

	private static final MethodHandle FCNTL = handle("fcntl", FunctionDescriptor.of(INT, INT, INT, INT),
			Linker.Option.firstVariadicArg(2));

	private static final MethodHandle OPEN = handle("open", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT),
			Linker.Option.firstVariadicArg(2));

	private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(INT, INT));

	private static final MethodHandle IOCTL = handle("ioctl", FunctionDescriptor.of(INT, INT, LONG, LONG),
			Linker.Option.firstVariadicArg(2));

	/** Lets tests see what a refusal of the system does; {@code null} otherwise. */
	static volatile @Nullable Refusal refusal;

	/** Whether the system is to refuse a mapping, or to drop pages, at an address. */
	@FunctionalInterface
	interface Refusal {

		boolean refuses(long address, long bytes);

	}

	private NativeMemory() {
	}

	private static MethodHandle handle(String name, FunctionDescriptor descriptor, Linker.Option... options) {
		Linker linker = Linker.nativeLinker();
		return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, options);
	}

	/** Maps a range; returns its address, or -1 where the system refuses. */
	static long map(long address, long bytes, int protection, int flags, int file) {
		return map(address, bytes, protection, flags, file, 0);
	}

	/** Maps a file from an offset on, a multiple of the system's page size. */
	static long map(long address, long bytes, int protection, int flags, int file, long offset) {
		if (refused(address, bytes)) {
			return -1;
		}
		try {
			return (long) MMAP.invokeExact(address, bytes, protection, flags, file, offset);
		}
		catch (Throwable ex) {
			throw rethrow(ex);
		}
	}

	/**
	 * Keeps guests' data out of child processes and core dumps. Both are hints: where the
	 * kernel does not know them the memory is usable all the same.
	 */
	static void keepPrivate(long address, long bytes) {
		advise(address, bytes, MADV_DONTFORK);
		advise(address, bytes, MADV_DONTDUMP);
	}

	private static boolean refused(long address, long bytes) {
		Refusal asked = refusal;
		return asked != null && asked.refuses(address, bytes);
	}

	/**
	 * Gives a range back to the system.
	 * @return whether it took it; if not, the range is mapped as before
	 */
	static boolean unmap(long address, long bytes) {
		if (refused(address, bytes)) {
			return false;
		}
		try {
			return (int) MUNMAP.invokeExact(address, bytes) == 0;
		}
		catch (Throwable ex) {
			throw rethrow(ex);
		}
	}

	/**
	 * Drops the private pages of a range: anonymous memory reads as zero afterwards, a
	 * private mapping of a file as the file.
	 */
	static boolean discard(long address, long bytes) {
		return !refused(address, bytes) && advise(address, bytes, MADV_DONTNEED);
	}

	/**
	 * Makes private pages of a range that is about to be written, so that neither is it
	 * read first, for which the kernel would map its neighbours, too, nor is each page a
	 * fault of its own. A hint.
	 */
	static void populate(long address, long bytes) {
		advise(address, bytes, MADV_POPULATE_WRITE);
	}

	private static boolean advise(long address, long bytes, int advice) {
		try {
			return (int) MADVISE.invokeExact(address, bytes, advice) == 0;
		}
		catch (Throwable ex) {
			throw rethrow(ex);
		}
	}

	/** Makes an anonymous file of the given size; returns its descriptor, or -1. */
	static int createFile(String name, long bytes) {
		try (Arena arena = Arena.ofConfined()) {
			int file = (int) MEMFD_CREATE.invokeExact(arena.allocateFrom(name), MFD_CLOEXEC_ALLOW_SEALING);
			if (file >= 0 && (int) FTRUNCATE.invokeExact(file, bytes) != 0) {
				closeFile(file);
				return -1;
			}
			return file;
		}
		catch (Throwable ex) {
			throw rethrow(ex);
		}
	}

	/** Forbids any further change of an anonymous file. */
	static boolean seal(int file) {
		return seal(file, ALL_SEALS);
	}

	/** Forbids any further change of an anonymous file's size. */
	static boolean sealSize(int file) {
		return seal(file, SIZE_SEALS);
	}

	private static boolean seal(int file, int seals) {
		try {
			return (int) FCNTL.invokeExact(file, F_ADD_SEALS, seals) == 0;
		}
		catch (Throwable ex) {
			throw rethrow(ex);
		}
	}

	static int openFile(String path) {
		try (Arena arena = Arena.ofConfined()) {
			return (int) OPEN.invokeExact(arena.allocateFrom(path), O_RDONLY_CLOEXEC);
		}
		catch (Throwable ex) {
			throw rethrow(ex);
		}
	}

	static void closeFile(int file) {
		try {
			int ignored = (int) CLOSE.invokeExact(file);
		}
		catch (Throwable ex) {
			throw rethrow(ex);
		}
	}

	/** An ioctl whose argument is an address; returns its result, negative on errors. */
	static int ioctl(int file, long request, MemorySegment argument) {
		try {
			return (int) IOCTL.invokeExact(file, request, argument.address());
		}
		catch (Throwable ex) {
			throw rethrow(ex);
		}
	}

	static RuntimeException rethrow(Throwable ex) {
		if (ex instanceof RuntimeException runtime) {
			return runtime;
		}
		if (ex instanceof Error error) {
			throw error;
		}
		return new IllegalStateException(ex);
	}

}
