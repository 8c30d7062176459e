package dev.wasmsandbox.abi;

import java.util.List;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.guest.GuestAccess;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ValueType;

/**
 * No convention: numbers only. It takes every module that no other one recognises, and
 * says what it would need for more.
 */
final class NumericAbi implements GuestAbi {

	@Override
	public String name() {
		return "numeric";
	}

	@Override
	public boolean recognises(ModuleReport module) {
		return true;
	}

	@Override
	public AbiFunction bind(String moduleName, ModuleReport module, String function, CallShape shape) {
		ModuleExport export = Exports.require(moduleName, module, function);
		if (!shape.isNumeric()) {
			throw new GuestAbiException(moduleName, function, "wanted was " + shape + ", but it is "
					+ export.signature() + ", and the module follows no convention by which it could be passed more "
					+ "than numbers (its abi is numeric). Export an allocator from it (malloc and free, alloc and "
					+ "dealloc, allocate and deallocate, or cabi_realloc) for the convention pointer-length, or set "
					+ "wasm.modules." + moduleName + ".abi to the convention it follows", null);
		}
		return NumericFunction.of(moduleName, export, shape);
	}

	/** A function that is called with its parameters as they are. */
	static final class NumericFunction implements AbiFunction {

		private final ModuleExport export;

		private final Widening[] arguments;

		private final Widening result;

		private final boolean returns;

		private NumericFunction(ModuleExport export, Widening[] arguments, Widening result, boolean returns) {
			this.export = export;
			this.arguments = arguments;
			this.result = result;
			this.returns = returns;
		}

		static NumericFunction of(String moduleName, ModuleExport export, CallShape shape) {
			FunctionSignature signature = Exports.signature(export);
			List<ValueType> parameters = signature.parameters();
			boolean fits = parameters.size() == shape.parameters().size();
			Widening[] arguments = new Widening[parameters.size()];
			for (int i = 0; fits && i < arguments.length; i++) {
				arguments[i] = Widening.argument(shape.parameters().get(i), parameters.get(i));
				fits = arguments[i] != Widening.IMPOSSIBLE;
			}
			Widening result = Widening.NONE;
			if (fits && shape.result() != ValueKind.NONE) {
				fits = signature.results().size() == 1;
				result = fits ? Widening.result(signature.results().getFirst(), shape.result()) : result;
				fits &= result != Widening.IMPOSSIBLE;
			}
			if (!fits) {
				throw new GuestAbiException(moduleName, export.name(),
						"wanted was " + shape + ", but it is " + signature, null);
			}
			return new NumericFunction(export, arguments, result, shape.result() != ValueKind.NONE);
		}

		@Override
		public void call(GuestAccess guest, AbiCall call) {
			long[] raw = new long[this.arguments.length];
			for (int i = 0; i < raw.length; i++) {
				raw[i] = this.arguments[i].apply(call.number(i));
			}
			long[] results = guest.call(this.export, raw);
			if (this.returns && results != null) {
				call.answer(this.result.apply(results[0]));
			}
		}

	}

}
