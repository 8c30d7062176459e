package dev.wasmsandbox.spring;

import dev.wasmsandbox.ModuleDefinition;

/**
 * A bean that changes the definitions of the modules in {@code wasm.modules} before they
 * are loaded, for example to supply the host functions of one of them. Applied to each,
 * in the order of the beans; {@link ModuleDefinition.Builder#name()} tells them apart.
 */
@FunctionalInterface
public interface WasmModuleCustomizer {

	/**
	 * Changes a definition. What it throws fails the start of the application.
	 * @param builder the definition as the properties and former customizers made it
	 */
	void customize(ModuleDefinition.Builder builder);

}
