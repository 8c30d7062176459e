package dev.wasmsandbox.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import dev.wasmsandbox.WasmSandbox;

import org.springframework.beans.factory.annotation.Qualifier;

/**
 * Says which module's {@link WasmSandbox} is injected:
 * {@code Thumbnails(@WasmModule("image") WasmSandbox image)}. The same as
 * {@link Qualifier @Qualifier} with the module's name.
 */
@Target({ ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER, ElementType.TYPE, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Qualifier
public @interface WasmModule {

	/** The module's name: the {@code <name>} of {@code wasm.modules.<name>}. */
	String value();

}
