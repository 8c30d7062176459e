package dev.wasmsandbox;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says which exported function a method of a {@link WasmClient} calls, where its name is
 * another one than the method's. Several methods may call the same function with
 * different types.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface WasmExport {

	/** The exact name of the export. */
	String value();

}
