package dev.wasmsandbox.memory;

import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Finds the cheapest way to reset a module's slots, by trying all on a slot of its own:
 * write the pages a real call wrote, reset, write them again, so that the faults a
 * strategy leaves to the next call are counted to it.
 */
public final class ResetCalibration {

	/** Resets of one kind in a row, whose median is one measurement. */
	private static final int ROUNDS = 30;

	/** So often the same one must win before that is believed. */
	private static final int WINS = 4;

	/**
	 * A measurement that is so much faster than the last one says code was still cold.
	 */
	private static final double STILL_WARMING = 0.9;

	private static final long MOST_NANOS = Duration.ofMillis(200).toNanos();

	/** Larger images are not copied as a whole: no call writes most of them. */
	private static final long COPY_BACK_LIMIT = 1 << 20;

	private ResetCalibration() {
	}

	/**
	 * What was found out. Immutable.
	 *
	 * @param best the cheapest way
	 * @param nanos what each way took, in nanoseconds; empty where there is but one
	 */
	public record Result(ResetStrategy best, Map<ResetStrategy, Long> nanos) {

		public Result {
			nanos = Map.copyOf(nanos);
		}

	}

	/** The cheapest way, see {@link #measure}. */
	public static ResetStrategy choose(MemorySlab slab, long[] written) {
		return measure(slab, written).best();
	}

	/**
	 * Measures and chooses. Takes a few milliseconds of the calling thread, up to 200
	 * where HotSpot has not compiled yet what is measured: cold, the way with the most
	 * code of ours would seem the dearest.
	 * @param slab where to take the slot from
	 * @param written offsets of the pages that a call wrote
	 */
	public static Result measure(MemorySlab slab, long[] written) {
		MemorySlot slot = slab.take();
		try {
			return (slot instanceof MappedSlot) ? measure(slot, slab.imageBytes(), written)
					: new Result(ResetStrategy.safe(), Map.of());
		}
		finally {
			slot.release();
		}
	}

	private static Result measure(MemorySlot slot, long imageBytes, long[] written) {
		List<ResetStrategy> possible = Stream.of(ResetStrategy.values())
			.filter((strategy) -> possible(strategy, imageBytes))
			.toList();
		Map<ResetStrategy, Long> last = new EnumMap<>(ResetStrategy.class);
		ResetStrategy winner = ResetStrategy.safe();
		int wins = 0;
		long end = System.nanoTime() + MOST_NANOS;
		while (wins < WINS && System.nanoTime() < end) {
			boolean warming = false;
			for (ResetStrategy strategy : possible) {
				long median = median(slot, imageBytes, strategy, written);
				Long before = last.put(strategy, median);
				warming |= before == null || median < before * STILL_WARMING;
			}
			ResetStrategy best = Collections.min(last.entrySet(), Map.Entry.comparingByValue()).getKey();
			wins = warming ? 0 : (best == winner) ? wins + 1 : 1;
			winner = best;
		}
		return new Result(winner, last);
	}

	/** Whether a strategy works here at all, and is worth trying on such an image. */
	public static boolean possible(ResetStrategy strategy, long imageBytes) {
		return switch (strategy) {
			case GIVE_BACK -> true;
			case COPY_BACK -> imageBytes <= COPY_BACK_LIMIT;
			case WRITTEN_PAGES -> WrittenPages.supported();
		};
	}

	private static long median(MemorySlot slot, long imageBytes, ResetStrategy strategy, long[] written) {
		long[] samples = new long[ROUNDS];
		for (int i = 0; i < ROUNDS; i++) {
			long start = System.nanoTime();
			for (long offset : written) {
				AddressSpace.ALL.set(ValueLayout.JAVA_BYTE, slot.base() + offset, (byte) 1);
			}
			if (slot.close(imageBytes, strategy) < 0) {
				return Long.MAX_VALUE;
			}
			samples[i] = System.nanoTime() - start;
		}
		Arrays.sort(samples);
		return samples[ROUNDS / 2];
	}

}
