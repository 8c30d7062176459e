package dev.wasmsandbox.codec;

/**
 * The bound on what codecs read. What it takes in objects is a multiple of that.
 */
final class Sizes {

	private Sizes() {
	}

	static int requirePositive(int maxLength) {
		if (maxLength <= 0) {
			throw new IllegalArgumentException("The greatest length of an answer is positive, but is " + maxLength);
		}
		return maxLength;
	}

	/**
	 * Checks the length of an answer.
	 * @throws IllegalArgumentException if it is too long, saying what to do
	 */
	static void check(int length, int maxLength, String unit, String codec) {
		if (length > maxLength) {
			throw new IllegalArgumentException("it has " + length + " " + unit + ", and the codec '" + codec
					+ "' reads at most " + maxLength + "; give that codec another bound, or take a byte[]");
		}
	}

}
