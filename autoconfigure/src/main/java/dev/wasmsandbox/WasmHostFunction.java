package dev.wasmsandbox;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a method a function that guests may import. Its parameters are {@code int},
 * {@code long}, {@code float} and {@code double}, and {@code String}, {@code byte[]} and
 * {@link dev.wasmsandbox.guest.GuestBytes} for an address and a length of the guest;
 * {@link dev.wasmsandbox.guest.HostContext} and {@link dev.wasmsandbox.guest.GuestMemory}
 * are passed besides. It returns a number or nothing. Several threads call it for
 * different guests.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface WasmHostFunction {

	/** The module name in the guest's import. */
	String module() default "env";

	/** The function's name in the guest's import; the method's if empty. */
	String name() default "";

	/** The capability that a module needs for it; none if empty. */
	String capability() default "";

	/**
	 * Whether it may be called before a snapshot, so that all sandboxes share its answer.
	 */
	boolean safeForSnapshot() default false;

}
