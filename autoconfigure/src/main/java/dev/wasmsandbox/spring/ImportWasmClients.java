package dev.wasmsandbox.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import dev.wasmsandbox.WasmClient;

import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.AliasFor;

/**
 * Makes beans of interfaces with {@link WasmClient @WasmClient}, to be injected by their
 * type. They are checked against their modules when the application starts. Without
 * attributes, those in the package of the annotated class and below are found.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Import(WasmClientRegistrar.class)
public @interface ImportWasmClients {

	/** The same as {@link #clients}. */
	@AliasFor("clients")
	Class<?>[] value() default {};

	/** Interfaces to make beans of, wherever they are. */
	@AliasFor("value")
	Class<?>[] clients() default {};

	/** Packages in which interfaces are looked for, and in those below them. */
	String[] basePackages() default {};

	/** Classes whose packages are looked through as {@link #basePackages} are. */
	Class<?>[] basePackageClasses() default {};

}
