package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.SecurityViolationException;
import dev.wasmsandbox.error.WasmSandboxException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/**
 * Explains a module that could not be loaded: unreadable, refused, or not to be
 * instantiated.
 */
final class ModuleLoadFailureAnalyzer extends AbstractFailureAnalyzer<WasmSandboxException> {

	private final @Nullable Environment environment;

	ModuleLoadFailureAnalyzer(@Nullable Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, WasmSandboxException cause) {
		String module = cause.moduleName();
		if (module == null) {
			return null;
		}
		if (cause instanceof ModuleRejectedException rejected) {
			return analysis(rejected, module, RejectionActions.of(rejected, module));
		}
		if (cause.functionName() != null) {
			return null;
		}
		return switch (cause) {
			case SecurityViolationException refused when refused.required() != null ->
				analysis(cause, module, "Add '" + refused.required() + "' to '" + ModuleNames.property(module)
						+ ".capabilities' if the module may use it, or load a module that does not want it.");
			case SandboxTimeoutException late -> analysis(cause, module, RejectionActions.of(late, module));
			case SandboxLimitException limit -> analysis(cause, module, RejectionActions.of(limit, module));
			default -> null;
		};
	}

	private FailureAnalysis analysis(WasmSandboxException cause, String module, String action) {
		StringBuilder description = new StringBuilder("The WebAssembly module '").append(module)
			.append("' could not be loaded:\n\n    ")
			.append(reason(cause, module));
		String location = PropertyOrigin.ofLocation(this.environment, module);
		if (location != null) {
			description.append("\n\nIts location is configured by the property ").append(location).append('.');
		}
		return new FailureAnalysis(description.toString(), action, cause);
	}

	/** The message without the module's name, which was named already. */
	private static String reason(WasmSandboxException cause, String module) {
		String message = String.valueOf(cause.getMessage());
		String where = "Module '" + module + "': ";
		return message.startsWith(where) ? message.substring(where.length()) : message;
	}

}
