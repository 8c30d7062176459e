package dev.wasmsandbox;

import java.util.List;
import java.util.Objects;

import dev.wasmsandbox.abi.AbiFunction;
import dev.wasmsandbox.abi.CallShape;
import dev.wasmsandbox.abi.GuestAbi;
import dev.wasmsandbox.abi.ValueKind;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.guest.GuestAccess;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;

/** The convention that docs/abi.md shows. */
class ZeroTerminated implements GuestAbi {

	@Override
	public String name() {
		return "zero-terminated";
	}

	@Override
	public boolean recognises(ModuleReport module) {
		return module.exportedFunction("text_buffer").isPresent();
	}

	@Override
	public AbiFunction bind(String moduleName, ModuleReport module, String function, CallShape shape) {
		ModuleExport buffer = module.exportedFunction("text_buffer").orElseThrow();
		ModuleExport export = module.exportedFunction(function)
			.orElseThrow(() -> new GuestAbiException(moduleName, function, "no such function is exported", null));
		if (!shape.equals(new CallShape(List.of(ValueKind.STRING), ValueKind.I32))) {
			throw new GuestAbiException(moduleName, function,
					"wanted was " + shape + "; this convention has (String) -> int only", null);
		}
		return (guest, call) -> {
			int address = (int) single(guest, buffer);
			int length = guest.memory().writeString(address, (String) call.value(0));
			guest.memory().writeByte(address + length, (byte) 0);
			call.answer(single(guest, export, address));
		};
	}

	private static long single(GuestAccess guest, ModuleExport function, long... arguments) {
		return Objects.requireNonNull(guest.call(function, arguments))[0];
	}

}
