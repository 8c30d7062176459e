package dev.wasmsandbox.screen;

import dev.wasmsandbox.error.GuestText;
import org.jspecify.annotations.Nullable;

/**
 * One import of a module.
 *
 * @param module the name of the module it is imported from, for example {@code env}
 * @param name its name there
 * @param kind what it is
 * @param signature the signature of a function, {@code null} for everything else
 * @param valueType the type of a global or of a table's elements, {@code null} for
 * everything else
 */
public record ModuleImport(String module, String name, ExternalKind kind, @Nullable FunctionSignature signature,
		@Nullable ValueType valueType) {

	/** Its names as messages may show them, for example {@code env.add}. */
	public String qualifiedName() {
		return GuestText.name(this.module) + "." + GuestText.name(this.name);
	}

	/** For messages, for example {@code env.add (i32, i32) -> i32}. */
	@Override
	public String toString() {
		return qualifiedName() + " "
				+ ((this.signature != null) ? this.signature : this.kind.name().toLowerCase(java.util.Locale.ROOT));
	}

}
