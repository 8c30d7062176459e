package dev.wasmsandbox.error;

/**
 * Text of a guest as messages and logs may show it. A guest can forge no lines with it
 * and steer no terminal.
 */
public final class GuestText {

	private GuestText() {
	}

	/**
	 * The text in one line: control characters and their like, other than tabs, become
	 * replacement characters.
	 */
	public static String printable(String text) {
		StringBuilder clean = new StringBuilder(text.length());
		text.codePoints().forEach((point) -> clean.appendCodePoint(isPlain(point) ? point : '\uFFFD'));
		return clean.toString();
	}

	/**
	 * As above, and not longer than so many characters.
	 * @param text of any length
	 */
	public static String excerpt(String text, int length) {
		if (text.length() <= length) {
			return printable(text);
		}
		int end = Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
		return printable(text.substring(0, end)) + "... (" + text.length() + " characters)";
	}

	/** As {@link #excerpt}, the end instead of the beginning. */
	public static String end(String text, int length) {
		if (text.length() <= length) {
			return printable(text);
		}
		int begin = text.length() - length;
		return "..." + printable(text.substring(Character.isLowSurrogate(text.charAt(begin)) ? begin + 1 : begin));
	}

	private static boolean isPlain(int point) {
		return switch (Character.getType(point)) {
			case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
					Character.SURROGATE ->
				point == '\t';
			default -> true;
		};
	}

}
