package dev.wasmsandbox.guest;

/**
 * The sizes of small blocks: 8, then multiples of 16 up to 128, then four steps to every
 * doubling up to 4096. So no block of 64 bytes or more wastes more than a fifth of its
 * room, where powers of two would waste up to a half, and 29 classes still mean few slabs
 * that are used in part.
 */
final class SizeClasses {

	/** The largest small block. */
	static final int LARGEST = 4096;

	private static final int STEP_BITS = 3;

	private static final int[] SIZES = { 8, 16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512,
			640, 768, 896, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584, LARGEST };

	/** The class for each size, rounded up to a multiple of 8. */
	private static final byte[] CLASSES = classes();

	private SizeClasses() {
	}

	private static byte[] classes() {
		byte[] classes = new byte[(LARGEST >>> STEP_BITS) + 1];
		int sizeClass = 0;
		for (int i = 0; i < classes.length; i++) {
			if (i << STEP_BITS > SIZES[sizeClass]) {
				sizeClass++;
			}
			classes[i] = (byte) sizeClass;
		}
		return classes;
	}

	static int count() {
		return SIZES.length;
	}

	/** The class of the least size that holds so many bytes, from 0 to the largest. */
	static int of(int bytes) {
		return CLASSES[(bytes + (1 << STEP_BITS) - 1) >>> STEP_BITS];
	}

	/** The size of the blocks of a class. */
	static int bytes(int sizeClass) {
		return SIZES[sizeClass];
	}

	/**
	 * How large a slab of a class is: at least 16 blocks, and 2% of it unused at most.
	 */
	static int slabBytes(int sizeClass) {
		return (SIZES[sizeClass] <= 1024) ? 16 * 1024 : 64 * 1024;
	}

}
