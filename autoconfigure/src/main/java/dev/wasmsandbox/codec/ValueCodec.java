package dev.wasmsandbox.codec;

import java.lang.reflect.Type;

import dev.wasmsandbox.abi.ValueKind;
import org.jspecify.annotations.Nullable;

/**
 * Turns values of Java types that no convention knows into text or bytes, and back.
 * Thread-safe. What a guest answers is not to be trusted: a codec bounds the memory and
 * the stack that it takes to read it.
 */
public interface ValueCodec {

	/**
	 * Its name, as in {@code @WasmCodec} and {@code wasm.modules.NAME.codec}: lower case.
	 */
	String name();

	/**
	 * What it writes and reads: {@link ValueKind#STRING} or {@link ValueKind#BYTES}.
	 */
	ValueKind kind();

	/**
	 * Writes a value.
	 * @param type what the value was declared as
	 * @return a {@code String} or {@code byte[]}, by {@link #kind}
	 * @throws RuntimeException if it cannot, which fails the call before the guest runs
	 */
	Object encode(@Nullable Object value, Type type);

	/**
	 * Reads what a guest has answered.
	 * @param encoded a {@code String} or {@code byte[]}, by {@link #kind}
	 * @param type what is wanted
	 * @return a value of that type
	 * @throws RuntimeException if it cannot, which fails the call; the guest may go on
	 */
	@Nullable Object decode(Object encoded, Type type);

}
