package dev.wasmsandbox.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The pages of a module's memory that each of its calls writes: its stack, its
 * allocator's bookkeeping. Learnt from a few calls; a page one of them left alone is not
 * among them, so that no slot is given pages it may never need. Immutable.
 */
final class HotPages {

	/** Beyond so many, making them ahead would cost more than it saves. */
	private static final int MOST_PAGES = 64;

	private static final int MOST_RUNS = 8;

	private static final int PAGE = 4_096;

	static final HotPages NONE = new HotPages(List.of());

	/** A run of pages by offset and length in bytes. */
	private record Run(long offset, long bytes) {
	}

	private final List<Run> runs;

	private HotPages(List<Run> runs) {
		this.runs = runs;
	}

	/**
	 * The pages that all of the given calls wrote.
	 * @param calls the offsets of the pages each call wrote, in ascending order
	 */
	static HotPages of(List<long[]> calls) {
		LongStream common = calls.isEmpty() ? LongStream.empty() : Arrays.stream(calls.getFirst());
		long[] pages = common.filter((page) -> calls.stream().allMatch((call) -> Arrays.binarySearch(call, page) >= 0))
			.toArray();
		if (pages.length > MOST_PAGES) {
			return NONE;
		}
		List<Run> runs = new ArrayList<>();
		for (int i = 0; i < pages.length;) {
			int first = i++;
			while (i < pages.length && pages[i] == pages[i - 1] + PAGE) {
				i++;
			}
			runs.add(new Run(pages[first], (long) (i - first) * PAGE));
		}
		return (runs.size() > MOST_RUNS) ? NONE : new HotPages(List.copyOf(runs));
	}

	/** Makes them in a slot that has just been mapped at the address. */
	void populate(long address) {
		for (Run run : this.runs) {
			NativeMemory.populate(address + run.offset, run.bytes);
		}
	}

	@Override
	public String toString() {
		return this.runs.toString();
	}

}
