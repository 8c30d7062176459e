package dev.wasmsandbox.abi;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.GuestText;
import dev.wasmsandbox.guest.GuestAccess;
import dev.wasmsandbox.screen.ExternalKind;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ValueType;
import org.jspecify.annotations.Nullable;

/**
 * Looks exports up for conventions.
 */
final class Exports {

	private static final int SHOWN = 20;

	private Exports() {
	}

	/**
	 * An exported function.
	 * @throws GuestAbiException if there is none of the name, naming those there are
	 */
	static ModuleExport require(String moduleName, ModuleReport module, String function) {
		return module.exportedFunction(function)
			.orElseThrow(() -> new GuestAbiException(moduleName, function,
					"no such function is exported; there " + known(module), null));
	}

	private static String known(ModuleReport module) {
		List<String> names = module.exportedFunctions().stream().map(ModuleExport::name).sorted().toList();
		return names.isEmpty() ? "are none" : "are " + GuestText.names(names, SHOWN);
	}

	static FunctionSignature signature(ModuleExport export) {
		return Objects.requireNonNull(export.signature());
	}

	/** The exported function of a name and signature, if there is one. */
	static @Nullable ModuleExport function(ModuleReport module, String name, String signature) {
		return module.exportedFunction(name)
			.filter((export) -> FunctionSignature.parse(signature).equals(export.signature()))
			.orElse(null);
	}

	/**
	 * What to call a function that a convention needs and a module does not export so;
	 * nothing if it does.
	 */
	static Stream<String> missing(ModuleReport module, String name, String signature) {
		if (function(module, name, signature) != null) {
			return Stream.empty();
		}
		FunctionSignature found = module.exportedFunction(name).map(ModuleExport::signature).orElse(null);
		String wanted = "the function " + name + " " + FunctionSignature.parse(signature);
		return Stream.of((found != null) ? wanted + " (which it exports as " + found + ")" : wanted);
	}

	/** The exported global of a name that is an {@code i32}, if there is one. */
	static @Nullable ModuleExport global(ModuleReport module, String name) {
		for (ModuleExport export : module.exports()) {
			if (export.kind() == ExternalKind.GLOBAL && export.name().equals(name) && export.type() == ValueType.I32) {
				return export;
			}
		}
		return null;
	}

	/**
	 * Checks a range that the guest itself named.
	 * @throws GuestAbiException if it is outside of its memory; it is not trusted any
	 * more then
	 */
	static void requireWithin(GuestAccess guest, String function, int address, long bytes) {
		long size = guest.memory().size();
		if (bytes > size - Integer.toUnsignedLong(address)) {
			throw guest.distrust(new GuestAbiException(guest.moduleName(), function,
					"it answered " + bytes + " bytes at address " + Integer.toUnsignedString(address)
							+ ", which do not lie within its memory of " + size
							+ " bytes; the session runs no further calls",
					null));
		}
	}

	/** What a number is in WebAssembly, and all else {@code reference}. */
	static ValueType type(ValueKind kind, ValueType reference) {
		return switch (kind) {
			case I64 -> ValueType.I64;
			case F32 -> ValueType.F32;
			case F64 -> ValueType.F64;
			case I32 -> ValueType.I32;
			default -> reference;
		};
	}

}
