package dev.wasmsandbox.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.function.Consumer;

import dev.wasmsandbox.SandboxBuilder;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmClient;
import dev.wasmsandbox.WasmSandbox;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Loads a module into a test. On a class, it is that of all parameters of tests that are
 * a {@link WasmSandbox}, a {@link SandboxSession} or an interface with
 * {@link WasmClient}; fields of these types are set where they have the annotation, too.
 * On a field or a parameter it names a module for that one. Static fields are refused.
 *
 * <p>
 * A module is loaded once for a test class; sessions are opened for each test and closed
 * after it.
 */
@Target({ ElementType.TYPE, ElementType.FIELD, ElementType.PARAMETER })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ExtendWith(WasmTestExtension.class)
public @interface WasmTest {

	/**
	 * Where the module is: {@code classpath:wasm/text.wasm}, or a file. Empty on a field
	 * or parameter for the module of the class.
	 */
	String value() default "";

	/** The most memory that the guest may have, in bytes; 0 for the default. */
	long memoryLimit() default 0;

	/** How long a call may run, in milliseconds; 0 for the default. */
	long callTimeout() default 0;

	/** Changes how the module is loaded, for example adds host functions. */
	Class<? extends Consumer<SandboxBuilder>> customizer() default Unchanged.class;

	/** Changes nothing. */
	final class Unchanged implements Consumer<SandboxBuilder> {

		@Override
		public void accept(SandboxBuilder builder) {
			// As it is.
		}

	}

}
