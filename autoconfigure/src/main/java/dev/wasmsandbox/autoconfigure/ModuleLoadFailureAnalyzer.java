package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.error.ModuleRejectedException;
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
		if (module == null || cause.functionName() != null) {
			return null;
		}
		if (cause instanceof ModuleRejectedException rejected) {
			return analysis(rejected, module, action(rejected, module));
		}
		if (cause instanceof SecurityViolationException refused && refused.required() != null) {
			return analysis(cause, module, "Add '" + refused.required() + "' to '" + ModuleNames.property(module)
					+ ".capabilities' if the module may use it, or load a module that does not want it.");
		}
		if (cause instanceof SandboxTimeoutException) {
			return analysis(cause, module, "Raise '" + ModuleNames.property(module)
					+ ".limits.call-timeout' if the module needs longer to start, or correct its start function.");
		}
		return null;
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

	private static String action(ModuleRejectedException cause, String module) {
		String location = "'" + ModuleNames.locationProperty(module) + "'";
		return switch (cause.reason()) {
			case UNREADABLE -> "Put the module there, or correct the property " + location
					+ ". A location begins with 'classpath:' for a file inside the application and with 'file:' for "
					+ "one outside.";
			case MALFORMED -> "Check that the file at " + location
					+ " is a complete WebAssembly module (a binary .wasm file, not text, not a component) and "
					+ "build or copy it again.";
			case UNSUPPORTED ->
				"Build the module without the named feature, or point " + location + " to a build without it.";
			case OVER_LIMIT -> "If you trust the module with more, raise the limit below '"
					+ ModuleNames.property(module) + ".limits' that is named above; otherwise use a smaller module.";
			case UNRESOLVED_IMPORTS -> "Define a bean of type dev.wasmsandbox.guest.HostFunction for each import named "
					+ "above, with the same module, name and signature; or build the module without these imports.";
			case INSTANTIATION_FAILED -> "Correct the module's start function or its data and element segments; the "
					+ "message above says what it did.";
			case INCOMPATIBLE_EXPORTS -> "Build the module with the exports named above, or load it anew, by a restart "
					+ "or under another name.";
		};
	}

}
