package dev.wasmsandbox.memory;

import java.lang.foreign.MemorySegment;

/**
 * How linear memory is kept.
 */
public enum MemoryBackend {

	/**
	 * Copy-on-write mappings of an image over a reserved address range: Linux with native
	 * access allowed.
	 */
	MAPPED,
	/** Memory allocated and copied for each lease: everywhere. */
	PORTABLE;

	/** The best one that works in this process, found out by trying. */
	public static MemoryBackend detect() {
		return Detected.BACKEND;
	}

	/**
	 * An image of a memory's content.
	 * @param content what it begins with
	 * @param size its size in bytes, a multiple of 64 KiB; the rest is zero
	 */
	public MemoryImage image(MemorySegment content, long size) {
		return MemoryImage.capture(this, content, size);
	}

	/** An image of zeroes. */
	public MemoryImage image(long size) {
		return MemoryImage.empty(this, size);
	}

	private static final class Detected {

		static final MemoryBackend BACKEND = mappedWorks() ? MAPPED : PORTABLE;

		private static boolean mappedWorks() {
			if (!AddressSpace.DIRECT || !System.getProperty("os.name", "").equals("Linux")) {
				return false;
			}
			try {
				MemoryImage image = MemoryImage.capture(MAPPED, MemorySegment.ofArray(new byte[] { 42 }), 65_536);
				MemorySlab slab = new MemorySlab(image, 2 * 65_536, 1);
				MemorySlot slot = slab.take();
				boolean works = slot.open(image.size()) && slot.close(image.size(), ResetStrategy.GIVE_BACK) >= 0;
				slot.release();
				slab.close();
				return works;
			}
			catch (RuntimeException | LinkageError _) {
				return false;
			}
		}

	}

}
