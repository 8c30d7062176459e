package dev.wasmsandbox.screen;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

import dev.wasmsandbox.error.GuestAbiException;
import org.jspecify.annotations.Nullable;

/**
 * Text as UTF-8, in both directions without loss: what is not valid is refused. Java's
 * own conversions, which are fast, put a sign in its place; only where that sign appears
 * is looked closer.
 */
public final class Utf8 {

	private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

	private static final long EACH_BYTE = 0x0101010101010101L;

	/** What Java writes for half of a surrogate pair. */
	private static final byte WRITTEN = '?';

	/** What Java reads for bytes that are no UTF-8. */
	private static final char READ = '\ufffd';

	private Utf8() {
	}

	/**
	 * The bytes of a text.
	 * @param index which argument it is, from 0
	 * @throws GuestAbiException if it has half of a surrogate pair, which UTF-8 cannot
	 * say
	 */
	public static byte[] encode(String moduleName, @Nullable String function, int index, String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		return isWhole(text, bytes) ? bytes : refuse(moduleName, function, "argument " + (index + 1), text);
	}

	/**
	 * As above, for a text that is no argument of a call.
	 * @param what the text is, for the message
	 */
	public static byte[] encode(@Nullable String moduleName, @Nullable String function, String what, String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		return isWhole(text, bytes) ? bytes : refuse(moduleName, function, what, text);
	}

	/** Whether a text can be said in UTF-8 at all. */
	public static boolean isWhole(String text) {
		return loneSurrogate(text) < 0;
	}

	private static boolean isWhole(String text, byte[] bytes) {
		return !hasWritten(bytes) || isWhole(text);
	}

	private static byte[] refuse(@Nullable String moduleName, @Nullable String function, String what, String text) {
		throw new GuestAbiException(moduleName, function, what + " has half of a surrogate pair at index "
				+ loneSurrogate(text) + ", which UTF-8 cannot say; correct the text, or pass bytes", null);
	}

	private static boolean hasWritten(byte[] bytes) {
		int i = 0;
		for (; i <= bytes.length - Long.BYTES; i += Long.BYTES) {
			long differs = (long) LONGS.get(bytes, i) ^ (WRITTEN * EACH_BYTE);
			if (((differs - EACH_BYTE) & ~differs & (EACH_BYTE << 7)) != 0) {
				return true;
			}
		}
		for (; i < bytes.length; i++) {
			if (bytes[i] == WRITTEN) {
				return true;
			}
		}
		return false;
	}

	private static int loneSurrogate(String text) {
		int i = 0;
		while (i < text.length()) {
			int point = text.codePointAt(i);
			if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
				return i;
			}
			i += Character.charCount(point);
		}
		return -1;
	}

	/**
	 * The text of bytes.
	 * @throws GuestAbiException if they are not valid UTF-8
	 */
	public static String decode(String moduleName, String function, byte[] bytes) {
		String text = new String(bytes, StandardCharsets.UTF_8);
		CharacterCodingException wrong = (text.indexOf(READ) >= 0) ? error(bytes) : null;
		if (wrong != null) {
			throw new GuestAbiException(moduleName, function, "the " + bytes.length
					+ " bytes of its result are not valid UTF-8; ask for byte[] if they are meant to be no text",
					wrong);
		}
		return text;
	}

	/**
	 * The text of bytes that are no result of a call.
	 * @param what the text is, for the message
	 * @throws GuestAbiException if they are not valid UTF-8
	 */
	public static String decode(String moduleName, @Nullable String function, String what, byte[] bytes) {
		String text = new String(bytes, StandardCharsets.UTF_8);
		CharacterCodingException wrong = (text.indexOf(READ) >= 0) ? error(bytes) : null;
		if (wrong != null) {
			throw new GuestAbiException(moduleName, function,
					what + ", of " + bytes.length + " bytes, is not valid UTF-8; correct the guest", wrong);
		}
		return text;
	}

	private static @Nullable CharacterCodingException error(byte[] bytes) {
		try {
			StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
			return null;
		}
		catch (CharacterCodingException ex) {
			return ex;
		}
	}

}
