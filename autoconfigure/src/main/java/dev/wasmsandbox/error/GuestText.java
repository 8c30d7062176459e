package dev.wasmsandbox.error;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Text of guests and callers as messages and logs may show it. Nobody can forge lines
 * with it, steer a terminal or fill a log.
 */
public final class GuestText {

	/** The longest name that a message shows whole, in characters. */
	private static final int LONGEST_NAME = 200;

	/** The longest text of another exception that is quoted, in characters. */
	private static final int LONGEST_QUOTE = 2_000;

	/** The longest message, in characters: room for a list of names. */
	private static final int LONGEST_MESSAGE = 16_000;

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

	/**
	 * A name that a module or a caller chose: control characters and their like as
	 * escapes of their numbers, and what is beyond 200 characters cut off.
	 * @param name of any length
	 */
	public static String name(String name) {
		return escaped(name, LONGEST_NAME);
	}

	/**
	 * Names as {@link #name} shows them, with a comma between.
	 * @param most how many are shown; the others are counted
	 */
	public static String names(Collection<String> names, int most) {
		return list(names.stream().map(GuestText::name).toList(), ", ", most);
	}

	/**
	 * The first of many texts.
	 * @param texts fit to be shown
	 * @param most how many are shown; the others are counted
	 */
	public static String list(List<String> texts, String separator, int most) {
		String list = String.join(separator, texts.subList(0, Math.min(most, texts.size())));
		return (texts.size() > most) ? list + " and " + (texts.size() - most) + " more" : list;
	}

	/**
	 * What another exception says, as {@link #name} shows names, up to 2,000 characters.
	 */
	public static String shown(String text) {
		return escaped(text, LONGEST_QUOTE);
	}

	/** A whole message in one line, however it was put together. */
	static String message(String text) {
		return escaped(text, LONGEST_MESSAGE);
	}

	/** The length is that of what is shown, which escapes make longer. */
	private static String escaped(String text, int length) {
		if (text.length() <= length && isAscii(text)) {
			return text;
		}
		StringBuilder shown = new StringBuilder();
		int at = 0;
		while (at < text.length() && shown.length() < length) {
			int point = text.codePointAt(at);
			append(shown, point);
			at += Character.charCount(point);
		}
		return (at < text.length()) ? shown + "... (" + text.length() + " characters)" : shown.toString();
	}

	private static void append(StringBuilder shown, int point) {
		if (isPlain(point)) {
			shown.appendCodePoint(point);
			return;
		}
		for (char unit : Character.toChars(point)) {
			shown.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
		}
	}

	/** What most messages are, so that they are not taken apart. */
	private static boolean isAscii(String text) {
		for (int i = 0; i < text.length(); i++) {
			if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
				return false;
			}
		}
		return true;
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
