package dev.wasmsandbox;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import dev.wasmsandbox.codec.Codecs;
import dev.wasmsandbox.codec.ValueForm;
import dev.wasmsandbox.error.GuestAbiException;
import org.jspecify.annotations.Nullable;

/**
 * How the values of calls by name are passed that are neither numbers, text, bytes nor
 * arrays of numbers: by the module's convention if it has a form for them, else by its
 * codec. Immutable.
 */
final class CallForms {

	private final String moduleName;

	private final Codecs codecs;

	private final String codec;

	CallForms(String moduleName, Codecs codecs, String codec) {
		this.moduleName = moduleName;
		this.codecs = codecs;
		this.codec = codec;
	}

	/** Whether an argument may be passed so; what is a number, or like one, may not. */
	static boolean canBe(Object argument) {
		return !(argument instanceof Number || argument instanceof Boolean || argument instanceof Character);
	}

	/** Whether a result may be wanted so; all that calls with numbers return may not. */
	static boolean canBe(Class<?> resultType) {
		return !(resultType.isPrimitive() || resultType == Object.class || resultType == Object[].class
				|| resultType == Boolean.class || resultType == Character.class
				|| Number.class.isAssignableFrom(resultType));
	}

	/**
	 * The form of an argument.
	 * @param index which one it is, from 0
	 * @throws GuestAbiException if it has none
	 */
	ValueForm argument(String function, int index, @Nullable Object argument) {
		if (argument == null || !canBe(argument) || isFuture(argument.getClass())) {
			throw new GuestAbiException(this.moduleName, function, "argument " + (index + 1) + " is "
					+ ((argument != null) ? argument.getClass().getName() : "null")
					+ ", which no convention passes; there are String, byte[], ByteBuffer, MemorySegment, the "
					+ "arrays of short, int, long, float and double, numbers, and records, collections and other "
					+ "values by the codec '" + this.codec + "'", null);
		}
		return form(function, "argument " + (index + 1) + ": ", argument.getClass());
	}

	/**
	 * The form of a result.
	 * @throws GuestAbiException if it has none
	 */
	ValueForm result(String function, Class<?> type) {
		if (!canBe(type) || isFuture(type)) {
			throw new GuestAbiException(this.moduleName, function, "no convention returns " + type.getName()
					+ "; there are String, byte[], the arrays of short, int, long, float and double, numbers, void, and "
					+ "records, collections and other values by the codec '" + this.codec + "'", null);
		}
		return form(function, "result: ", type);
	}

	private ValueForm form(String function, String what, Class<?> type) {
		try {
			return this.codecs.form(type, this.codec);
		}
		catch (IllegalArgumentException ex) {
			throw new GuestAbiException(this.moduleName, function, what + ex.getMessage(), ex);
		}
	}

	private static boolean isFuture(Class<?> type) {
		return Future.class.isAssignableFrom(type) || CompletionStage.class.isAssignableFrom(type);
	}

}
