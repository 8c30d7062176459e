package dev.wasmsandbox.screen;

import org.jspecify.annotations.Nullable;

/**
 * One export of a module.
 *
 * @param name its name
 * @param kind what it is
 * @param index its index among the things of its kind
 * @param signature the signature of a function, {@code null} for everything else
 * @param type the type of a global, {@code null} for everything else
 */
public record ModuleExport(String name, ExternalKind kind, int index, @Nullable FunctionSignature signature,
		@Nullable ValueType type) {

	/** Whether it is a function without parameters and results. */
	public boolean isProcedure() {
		return this.signature != null && this.signature.parameters().isEmpty() && this.signature.results().isEmpty();
	}

}
