package dev.wasmsandbox.error;

import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A guest reached for something that was not granted to it.
 */
public class SecurityViolationException extends WasmSandboxException {

	private final @Nullable String required;

	private final Set<String> granted;

	public SecurityViolationException(@Nullable String moduleName, @Nullable String functionName, String message,
			@Nullable Throwable cause) {
		super(moduleName, functionName, message, cause);
		this.required = null;
		this.granted = Set.of();
	}

	/**
	 * A capability is missing.
	 * @param wanted what the guest wanted to do, for example {@code it imports env.get}
	 */
	public SecurityViolationException(String moduleName, @Nullable String functionName, String wanted, String required,
			Set<String> granted) {
		super(moduleName, functionName,
				wanted + ", which requires the capability '" + required + "', but is granted "
						+ (granted.isEmpty() ? "none" : String.join(", ", granted)) + "; add it to wasm.modules."
						+ moduleName + ".capabilities if the module may do that");
		this.required = required;
		this.granted = Set.copyOf(granted);
	}

	/** The capability that is missing; {@code null} where it is not about one. */
	public @Nullable String required() {
		return this.required;
	}

	/** The capabilities that were granted. */
	public Set<String> granted() {
		return this.granted;
	}

}
