package dev.wasmsandbox.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.io.IOException;
import java.io.RandomAccessFile;

import org.jspecify.annotations.Nullable;

/**
 * Asks the kernel how much memory a range and an anonymous file really take. It reads
 * page tables, not memory, so it may be asked about a range that another thread uses,
 * gives back or has given back; the answer then is about no particular moment.
 *
 * <p>
 * Pages of a private mapping that are still the file's belong to the file, and pages of
 * zeroes that were only read belong to nobody: neither is counted for a range.
 */
final class Residency {

	private static final int PAGE = 4_096;

	/** Of an entry of {@code /proc/self/pagemap}: the page is present. */
	private static final long PRESENT = 1L << 63;

	/** The page is a file's, or shared. */
	private static final long FILE_OR_SHARED = 1L << 61;

	private static final int AT_EMPTY_PATH = 0x1000;

	private static final int STATX_BLOCKS = 0x400;

	private static final int STATX_BYTES = 256;

	/** Of {@code struct statx}, the same for every processor. */
	private static final int BLOCKS_OFFSET = 48;

	private static final int BLOCK = 512;

	private static final @Nullable MethodHandle STATX = statx();

	private Residency() {
	}

	private static @Nullable MethodHandle statx() {
		Linker linker = Linker.nativeLinker();
		SymbolLookup symbols = linker.defaultLookup();
		// Not in C libraries of before 2018.
		return symbols.find("statx")
			.map((symbol) -> linker.downcallHandle(symbol,
					FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS,
							ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS)))
			.orElse(null);
	}

	/**
	 * The bytes of pages that an anonymous file has, or -1 if the system does not say.
	 */
	static long ofFile(int file) {
		MethodHandle handle = STATX;
		if (handle == null || file < 0) {
			return -1;
		}
		try (Arena arena = Arena.ofConfined()) {
			MemorySegment answer = arena.allocate(STATX_BYTES, 8);
			int failed = (int) handle.invokeExact(file, arena.allocateFrom(""), AT_EMPTY_PATH, STATX_BLOCKS, answer);
			boolean known = failed == 0 && (answer.get(ValueLayout.JAVA_INT, 0) & STATX_BLOCKS) != 0;
			return known ? answer.get(ValueLayout.JAVA_LONG, BLOCKS_OFFSET) * BLOCK : -1;
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** The bytes of pages in memory that only the given range has. */
	static long ofRange(long start, long bytes) {
		if (bytes <= 0) {
			return 0;
		}
		long scanned = WrittenPages.supported() ? WrittenPages.resident(start, start + bytes) : -1;
		return (scanned >= 0) ? scanned : ofEntries(start, bytes);
	}

	/** By reading every entry: for kernels that cannot be asked for the sum. */
	static long ofEntries(long start, long bytes) {
		try (RandomAccessFile pagemap = new RandomAccessFile("/proc/self/pagemap", "r")) {
			pagemap.seek(start / PAGE * Long.BYTES);
			byte[] entries = new byte[(int) Math.min(1 << 16, bytes / PAGE * Long.BYTES)];
			long resident = 0;
			for (long left = bytes / PAGE * Long.BYTES; left > 0;) {
				int part = (int) Math.min(entries.length, left);
				pagemap.readFully(entries, 0, part);
				resident += resident(MemorySegment.ofArray(entries), part);
				left -= part;
			}
			return resident;
		}
		catch (IOException _) {
			// Where there is no page map nothing is known.
			return 0;
		}
	}

	private static long resident(MemorySegment entries, int bytes) {
		long resident = 0;
		for (int at = 0; at < bytes; at += Long.BYTES) {
			long entry = entries.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
			if ((entry & PRESENT) != 0 && (entry & FILE_OR_SHARED) == 0) {
				resident += PAGE;
			}
		}
		return resident;
	}

}
