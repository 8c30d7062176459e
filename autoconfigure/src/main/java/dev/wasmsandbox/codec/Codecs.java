package dev.wasmsandbox.codec;

import java.lang.reflect.Type;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

import dev.wasmsandbox.abi.GuestAbi;
import dev.wasmsandbox.abi.ValueKind;
import org.jspecify.annotations.Nullable;

/**
 * The codecs by name. Immutable; those for JSON and MessagePack are there where their
 * libraries are on the class path.
 */
public final class Codecs {

	private final Map<String, ValueCodec> byName;

	/** What needs no codec. */
	private final Predicate<ValueKind> passed;

	private Codecs(Map<String, ValueCodec> byName, Predicate<ValueKind> passed) {
		this.byName = byName;
		this.passed = passed;
	}

	/** Those of this library that can be had here. */
	public static Codecs standard() {
		Map<String, ValueCodec> found = new LinkedHashMap<>();
		if (isPresent("tools.jackson.databind.json.JsonMapper")) {
			found.put(JsonCodec.NAME, new JsonCodec());
			if (isPresent("org.msgpack.core.MessagePack")) {
				found.put(MessagePackCodec.NAME, new MessagePackCodec());
			}
		}
		return new Codecs(found, (kind) -> kind != ValueKind.STRINGS);
	}

	private static boolean isPresent(String className) {
		try {
			Class.forName(className, false, Codecs.class.getClassLoader());
			return true;
		}
		catch (ClassNotFoundException | LinkageError _) {
			return false;
		}
	}

	/**
	 * These and others, which replace those of the same name.
	 * @throws IllegalArgumentException if one writes neither text nor bytes
	 */
	public Codecs with(Collection<? extends ValueCodec> others) {
		Map<String, ValueCodec> all = new LinkedHashMap<>(this.byName);
		for (ValueCodec codec : others) {
			if (codec.kind() != ValueKind.STRING && codec.kind() != ValueKind.BYTES) {
				throw new IllegalArgumentException(
						"A codec writes String or byte[], but '" + codec.name() + "' writes " + codec.kind());
			}
			all.put(codec.name(), codec);
		}
		return new Codecs(all, this.passed);
	}

	/**
	 * The same for a module of a convention, which itself passes what it has forms for.
	 */
	public Codecs over(GuestAbi abi) {
		return new Codecs(this.byName, abi::passes);
	}

	/** The names of all. */
	public Set<String> names() {
		return new TreeSet<>(this.byName.keySet());
	}

	/**
	 * Checks the name of a codec.
	 * @param codecName {@code null} for the default, JSON, which need not be there
	 * @return the name
	 * @throws IllegalArgumentException if there is no such codec
	 */
	public String require(@Nullable String codecName) {
		if (codecName != null && !this.byName.containsKey(codecName)) {
			throw new IllegalArgumentException("There is no codec '" + codecName + "'; " + known() + hint(codecName));
		}
		return (codecName != null) ? codecName : JsonCodec.NAME;
	}

	/**
	 * How values of a type are passed where no codec is asked for: as they are where the
	 * convention has a form for them, else by the default codec.
	 * @throws IllegalArgumentException if there is no such codec
	 */
	public ValueForm form(Type type, String defaultCodec) {
		ValueKind kind = ValueForm.kindOf(type);
		return (kind != null && this.passed.test(kind)) ? new ValueForm(type, kind, null) : by(type, defaultCodec);
	}

	/**
	 * How values of a type are passed by a codec.
	 * @throws IllegalArgumentException if there is no such codec
	 */
	public ValueForm by(Type type, String codecName) {
		ValueCodec codec = this.byName.get(codecName);
		if (codec == null) {
			throw new IllegalArgumentException("there is no codec '" + codecName + "' for "
					+ new ValueForm(type, ValueKind.BYTES, null) + "; " + known() + hint(codecName));
		}
		return new ValueForm(type, codec.kind(), codec);
	}

	private String known() {
		return this.byName.isEmpty() ? "there are none" : "there are " + String.join(", ", names());
	}

	private static String hint(String codecName) {
		return switch (codecName) {
			case JsonCodec.NAME -> "; add tools.jackson.core:jackson-databind";
			case MessagePackCodec.NAME -> "; add org.msgpack:msgpack-core and tools.jackson.core:jackson-databind";
			default -> "";
		};
	}

}
