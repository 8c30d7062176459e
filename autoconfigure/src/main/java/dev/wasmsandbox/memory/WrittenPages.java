package dev.wasmsandbox.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Asks the kernel which pages of a private file mapping were written: they are no longer
 * the file's. Uses {@code PAGEMAP_SCAN}, Linux 6.7 and later. The mask has swapped pages
 * beside the present ones: a page that was swapped out, or is just being moved, is not
 * present, and to miss one would leave a guest's data behind.
 */
final class WrittenPages {

	private static final long PAGEMAP_SCAN = 0xC060_6610L;

	private static final long PAGE_IS_FILE = 1 << 2;

	private static final long PAGE_IS_PRESENT_OR_SWAPPED = (1 << 3) | (1 << 4);

	private static final long PAGE_IS_PRESENT = 1 << 3;

	/** A page of zeroes that all share. */
	private static final long PAGE_IS_ZERO = 1 << 5;

	private static final Question WRITTEN = new Question(PAGE_IS_FILE, PAGE_IS_FILE, PAGE_IS_PRESENT_OR_SWAPPED,
			PAGE_IS_FILE | PAGE_IS_PRESENT_OR_SWAPPED);

	private static final Question RESIDENT = new Question(PAGE_IS_FILE | PAGE_IS_ZERO,
			PAGE_IS_FILE | PAGE_IS_ZERO | PAGE_IS_PRESENT, 0, PAGE_IS_PRESENT);

	private static final int PAGE = 4_096;

	private static final int ARGUMENT_BYTES = 96;

	private static final int REGION_BYTES = 24;

	private static final int REGIONS = 128;

	/** One descriptor for the life of the process, or -1 where it cannot be had. */
	private static final int PAGEMAP = NativeMemory.openFile("/proc/self/pagemap");

	private static final boolean SUPPORTED = PAGEMAP >= 0 && probe();

	private WrittenPages() {
	}

	/** What is done with each written range. */
	@FunctionalInterface
	interface Action {

		void accept(long from, long to);

	}

	/** Which pages are asked for, in the words of {@code struct pm_scan_arg}. */
	private record Question(long inverted, long mask, long anyOf, long returned) {
	}

	/** Whether this kernel knows the call; found out by trying. */
	static boolean supported() {
		return SUPPORTED;
	}

	private static boolean probe() {
		long page = 4_096;
		int file = NativeMemory.createFile("wasm-probe", 2 * page);
		if (file < 0) {
			return false;
		}
		long address = NativeMemory.map(0, 2 * page, NativeMemory.PROT_READ_WRITE, NativeMemory.MAP_PRIVATE, file);
		NativeMemory.closeFile(file);
		if (address == -1) {
			return false;
		}
		try {
			AddressSpace.ALL.set(ValueLayout.JAVA_BYTE, address + page, (byte) 1);
			long[] found = new long[2];
			long bytes = scan(address, address + 2 * page, (from, to) -> {
				found[0] = from;
				found[1] = to;
			});
			return bytes == page && found[0] == address + page && found[1] == address + 2 * page;
		}
		finally {
			NativeMemory.unmap(address, 2 * page);
		}
	}

	/**
	 * Hands every written range to the action.
	 * @return how many bytes they have, or -1 if the kernel did not look at everything
	 */
	static long scan(long start, long end, Action action) {
		return scan(WRITTEN, start, end, action);
	}

	/**
	 * How many bytes of a range are in memory and nobody else's; -1 if the kernel did not
	 * look at everything.
	 */
	static long resident(long start, long end) {
		return scan(RESIDENT, start, end, (from, to) -> {
		});
	}

	private static long scan(Question question, long start, long end, Action action) {
		try (Arena arena = Arena.ofConfined()) {
			MemorySegment argument = arena.allocate(ARGUMENT_BYTES + REGIONS * REGION_BYTES, 8);
			long bytes = 0;
			long from = start;
			while (from < end) {
				int regions = ask(question, argument, from, end);
				long walked = argument.get(ValueLayout.JAVA_LONG, 32);
				if (regions < 0 || walked <= from || walked > end) {
					return -1;
				}
				for (int i = 0; i < regions; i++) {
					long at = ARGUMENT_BYTES + (long) i * REGION_BYTES;
					long first = argument.get(ValueLayout.JAVA_LONG, at);
					long last = argument.get(ValueLayout.JAVA_LONG, at + 8);
					action.accept(first, last);
					bytes += last - first;
				}
				if (regions < REGIONS && walked < end) {
					return -1;
				}
				from = walked;
			}
			return bytes;
		}
	}

	/** The offsets of the written pages in a range. */
	static long[] offsets(long start, long length) {
		java.util.stream.LongStream.Builder pages = java.util.stream.LongStream.builder();
		scan(start, start + length, (from, to) -> {
			for (long page = from; page < to; page += PAGE) {
				pages.add(page - start);
			}
		});
		return pages.build().toArray();
	}

	/** Fills in {@code struct pm_scan_arg} and asks. */
	private static int ask(Question question, MemorySegment argument, long from, long end) {
		long[] fields = { ARGUMENT_BYTES, 0, from, end, 0, argument.address() + ARGUMENT_BYTES, REGIONS, 0,
				question.inverted(), question.mask(), question.anyOf(), question.returned() };
		for (int i = 0; i < fields.length; i++) {
			argument.set(ValueLayout.JAVA_LONG, 8L * i, fields[i]);
		}
		return NativeMemory.ioctl(PAGEMAP, PAGEMAP_SCAN, argument);
	}

}
