package dev.wasmsandbox;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the codec for values of a {@link WasmClient}. On a parameter it is used for that
 * parameter, whatever its type is. On a method, or the interface for all its methods, it
 * is used for the result and all parameters whose types no convention passes as they are.
 * Where nothing is said the module's codec is used, {@code wasm.modules.NAME.codec}.
 */
@Target({ ElementType.PARAMETER, ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface WasmCodec {

	/** The codec's name, for example {@code json} or {@code msgpack}. */
	String value();

}
