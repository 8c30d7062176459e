package dev.wasmsandbox;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes an interface a typed client of a module: each abstract method calls the exported
 * function of its name, with its arguments as the module's convention passes them. Spring
 * applications have it injected by {@code @ImportWasmClients}; elsewhere
 * {@link WasmSandbox#as} and {@link SandboxSession#as} give one.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface WasmClient {

	/** The name of the module that an injected client calls. */
	String value();

}
