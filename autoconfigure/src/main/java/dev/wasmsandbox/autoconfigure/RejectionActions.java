package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.error.AbiMismatchException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What to do about a module that could not be loaded. Each names the property to change,
 * where there is one.
 */
final class RejectionActions {

	private RejectionActions() {
	}

	/** The full name of a property that an exception names, in quotes. */
	private static String quoted(String property, String module) {
		return "'" + (property.startsWith("wasm.") ? property : ModuleNames.property(module) + "." + property) + "'";
	}

	static String of(SandboxTimeoutException cause, String module) {
		String raise = "Raise " + quoted(cause.limit(), module) + " if the module needs longer to ";
		return cause.limit().startsWith("wasm.compile.")
				? raise + "compile, or 'wasm.compile.threads' if others were compiled before it."
				: raise + "start, or correct its start function.";
	}

	static String of(SandboxLimitException cause, String module) {
		if (cause.limit().equals("limits.total-memory")) {
			return "Raise 'wasm.limits.total-memory', or lower '" + ModuleNames.property(module)
					+ ".pool.min-idle', or load fewer or smaller modules.";
		}
		if (cause.limit().startsWith("limits.") || cause.limit().startsWith("wasi.")) {
			return "Raise " + quoted(cause.limit(), module) + " if the module may use more, or correct the module.";
		}
		return "Lower '" + ModuleNames.property(module) + ".pool.max-size', '" + ModuleNames.property(module)
				+ ".pool.min-idle' or '" + ModuleNames.property(module)
				+ ".limits.memory', or raise what the message above names.";
	}

	static String of(ModuleRejectedException cause, String module) {
		String property = cause.property().map((name) -> quoted(name, module)).orElse(null);
		String location = "'" + ModuleNames.locationProperty(module) + "'";
		return switch (cause.reason()) {
			case UNREADABLE -> (property != null)
					? "Make the directory, so that the application's user can open it, or correct the property "
							+ property + "."
					: "Put the module there, or correct the property " + location
							+ ". A location begins with 'classpath:' for a file inside the application and with "
							+ "'file:' for one outside.";
			case MALFORMED -> "Check that the file at " + location
					+ " is a complete WebAssembly module (a binary .wasm file, not text, not a component) and "
					+ "build or copy it again.";
			case UNSUPPORTED -> unsupported(cause, property, location);
			case OVER_LIMIT -> overLimit(cause, property, module);
			case UNRESOLVED_IMPORTS -> unresolved(cause, property);
			case INSTANTIATION_FAILED -> notStarted(cause, property, module);
			case INCOMPATIBLE_EXPORTS -> "Build the module with the exports named above, or load it anew, by a restart "
					+ "or under another name.";
			case UNFIT_FOR_ABI -> unfit(cause, module, location);
		};
	}

	private static String overLimit(ModuleRejectedException cause, @Nullable String property, String module) {
		if (property == null) {
			return "If you trust the module with more, raise the limit below '" + ModuleNames.property(module)
					+ ".limits' that is named above; otherwise use a smaller module.";
		}
		boolean shared = cause.property().filter((name) -> name.startsWith("wasm.")).isPresent();
		return (shared ? "Raise " : "If you trust the module with more, raise ") + property
				+ "; otherwise use a smaller module.";
	}

	private static String unsupported(ModuleRejectedException cause, @Nullable String property, String location) {
		return switch (cause.property().orElse("")) {
			case "features" -> "Add the feature that is named above to " + property
					+ " if the module may use it; or build the module without it, or point " + location
					+ " to a build without it.";
			case "snapshot" -> "Set " + property + " to none.";
			default -> "Build the module without the named feature, or point " + location + " to a build without it.";
		};
	}

	private static String unfit(ModuleRejectedException cause, String module, String location) {
		String abi = quoted("abi", module);
		if (cause instanceof AbiMismatchException) {
			return "Remove the property " + abi + " or correct it; or point " + location
					+ " to a build that exports what is missing.";
		}
		return "Remove " + quoted(cause.property().orElse("extism"), module)
				+ ", which is for Extism plug-ins only; or point " + location + " to a plug-in, and set " + abi
				+ " to extism if it imports nothing of 'extism:host/env'.";
	}

	private static String unresolved(ModuleRejectedException cause, @Nullable String property) {
		String name = cause.property().orElse("");
		if (name.equals("globals")) {
			return "Correct " + property + ": it names imported globals as '[module.name]' and gives each a number of "
					+ "its type.";
		}
		String define = "Define a bean of type dev.wasmsandbox.guest.HostFunction for each import named above, with "
				+ "the same module, name and signature; or build the module without these imports.";
		return name.equals("wasi.enabled")
				? "Set " + property
						+ " to true, which by itself grants the module nothing. For imports of other modules than "
						+ "wasi_snapshot_preview1: " + Character.toLowerCase(define.charAt(0)) + define.substring(1)
				: define;
	}

	private static String notStarted(ModuleRejectedException cause, @Nullable String property, String module) {
		String correct = (property == null)
				? "Correct the module's start function or its data and element segments; the message above says what "
						+ "it did."
				: "Correct " + property + ", or remove the call; the message above says what is wrong with it.";
		return switch (cause.getCause()) {
			case SandboxTimeoutException late ->
				"Raise " + quoted(late.limit(), module) + " if that needs longer. Else: " + correct;
			case SandboxLimitException limit -> of(limit, module) + " Else: " + correct;
			case null, default -> correct;
		};
	}

}
