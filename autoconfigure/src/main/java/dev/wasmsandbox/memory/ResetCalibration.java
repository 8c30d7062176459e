package dev.wasmsandbox.memory;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * Finds the cheapest way to reset a module's slots, by trying all on a slot of its own:
 * write the pages a real call wrote, reset, write them again, so that the faults a
 * strategy leaves to the next call are counted to it.
 */
public final class ResetCalibration {

	private static final int ROUNDS = 60;

	/** Larger images are not copied as a whole: no call writes most of them. */
	private static final long COPY_BACK_LIMIT = 1 << 20;

	private ResetCalibration() {
	}

	/**
	 * Measures and chooses. Takes a few milliseconds of the calling thread.
	 * @param slab where to take the slot from
	 * @param written offsets of the pages that a call wrote
	 */
	public static ResetStrategy choose(MemorySlab slab, long[] written) {
		MemorySlot slot = slab.take();
		try {
			if (!(slot instanceof MappedSlot)) {
				return ResetStrategy.safe();
			}
			Map<ResetStrategy, Long> medians = new EnumMap<>(ResetStrategy.class);
			for (ResetStrategy strategy : ResetStrategy.values()) {
				if (possible(strategy, slab.imageBytes())) {
					medians.put(strategy, median(slot, slab.imageBytes(), strategy, written));
				}
			}
			return medians.entrySet()
				.stream()
				.min(Map.Entry.comparingByValue())
				.map(Map.Entry::getKey)
				.orElse(ResetStrategy.safe());
		}
		finally {
			slot.release();
		}
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
				AddressSpace.ALL.set(java.lang.foreign.ValueLayout.JAVA_BYTE, slot.base() + offset, (byte) 1);
			}
			if (slot.close(imageBytes, strategy) < 0) {
				return Long.MAX_VALUE;
			}
			samples[i] = System.nanoTime() - start;
		}
		Arrays.sort(samples, ROUNDS / 3, ROUNDS);
		return samples[(ROUNDS / 3 + ROUNDS) / 2];
	}

}
