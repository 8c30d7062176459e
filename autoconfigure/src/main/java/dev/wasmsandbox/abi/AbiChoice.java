package dev.wasmsandbox.abi;

import org.jspecify.annotations.Nullable;

/**
 * Which convention a module is to follow: the one it is recognised by, one by its name,
 * or a given one. Immutable.
 *
 * @param name the name of a known one, or {@code null}
 * @param given the convention itself, or {@code null}
 */
public record AbiChoice(@Nullable String name, @Nullable GuestAbi given) {

	private static final AbiChoice AUTO = new AbiChoice(null, null);

	/** The first one that recognises the module. */
	public static AbiChoice auto() {
		return AUTO;
	}

	/** The one of a name; that of {@code auto} is {@link #auto()}. */
	public static AbiChoice named(String name) {
		return name.equals("auto") ? AUTO : new AbiChoice(name, null);
	}

	/** A convention of one's own. */
	public static AbiChoice of(GuestAbi abi) {
		return new AbiChoice(null, abi);
	}

}
