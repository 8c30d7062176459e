package dev.wasmsandbox.abi;

import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.abi.AssemblyScriptClasses.Wanted;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.GuestText;
import dev.wasmsandbox.guest.HostContext;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ValueType;
import org.jspecify.annotations.Nullable;

/**
 * AssemblyScript's managed objects: strings in UTF-16, array buffers, typed and static
 * arrays, {@code Array<T>} of numbers and of strings. Arguments are pinned for the call
 * and then left to the guest's collector, as results are once they are read.
 */
final class AssemblyScriptAbi implements GuestAbi {

	/** As much of a message of the guest as goes into one of ours. */
	private static final int LONGEST_MESSAGE = 4096;

	private final Arrays arrays;

	AssemblyScriptAbi(Arrays arrays) {
		this.arrays = arrays;
	}

	/** What arrays are passed as. */
	enum Arrays {

		/** Whatever can be told from the module's classes. */
		TOLD("assemblyscript"),

		/** {@code StaticArray<T>}, and bytes as {@code ArrayBuffer}. */
		STATIC("assemblyscript-static"),

		/** {@code Array<T>}. */
		LISTS("assemblyscript-array");

		private final String abi;

		Arrays(String abi) {
			this.abi = abi;
		}

		/** Of which classes arrays may be. */
		List<AssemblyScriptFamily> families() {
			return switch (this) {
				case TOLD -> AssemblyScriptFamily.ALL;
				case STATIC -> List.of(AssemblyScriptFamily.STATIC);
				case LISTS -> List.of(AssemblyScriptFamily.LIST);
			};
		}

	}

	@Override
	public String name() {
		return this.arrays.abi;
	}

	@Override
	public boolean recognises(ModuleReport module) {
		return this.arrays == Arrays.TOLD && missing(module).isEmpty();
	}

	/** All of them. */
	@Override
	public boolean passes(ValueKind kind) {
		return true;
	}

	@Override
	public List<String> missing(ModuleReport module) {
		List<String> missing = new ArrayList<>();
		Exports.missing(module, "__new", "(i32, i32) -> i32").forEach(missing::add);
		Exports.missing(module, "__pin", "(i32) -> i32").forEach(missing::add);
		Exports.missing(module, "__unpin", "(i32) -> ()").forEach(missing::add);
		if (Exports.global(module, "__rtti_base") == null) {
			missing.add("the global __rtti_base i32");
		}
		if (module.memory() == null) {
			missing.add("a memory");
		}
		if (!missing.isEmpty()) {
			missing.set(missing.size() - 1, missing.getLast() + ", all of which asc exports with --exportRuntime");
		}
		return missing;
	}

	/** What its runtime calls when an error is thrown. */
	@Override
	public List<HostFunction> hostFunctions(ModuleReport module) {
		return List.of(HostFunction.of("env", "abort", "(i32, i32, i32, i32) -> ()", (context, arguments) -> {
			throw context.trap(text(context, (int) arguments[0]) + " at "
					+ GuestText.name(text(context, (int) arguments[1])) + ":" + arguments[2] + ":" + arguments[3]);
		}).safeForSnapshot());
	}

	private static String text(HostContext context, int address) {
		try {
			int bytes = context.memory().readInt(address - 4);
			char[] units = new char[Math.max(0, Math.min(bytes, LONGEST_MESSAGE)) / Character.BYTES];
			for (int i = 0; i < units.length; i++) {
				units[i] = (char) context.memory().readShort(address + i * Character.BYTES);
			}
			return new String(units);
		}
		catch (GuestAbiException _) {
			return "(no text)";
		}
	}

	@Override
	public AbiFunction bind(String moduleName, ModuleReport module, String function, CallShape shape) {
		ModuleExport export = Exports.require(moduleName, module, function);
		if (shape.isNumeric()) {
			return NumericAbi.NumericFunction.of(moduleName, export, shape);
		}
		FunctionSignature signature = Exports.signature(export);
		Widening[] widenings = arguments(signature, shape);
		Widening result = result(signature, shape);
		if (widenings.length != signature.parameters().size() || result == Widening.IMPOSSIBLE
				|| List.of(widenings).contains(Widening.IMPOSSIBLE)) {
			throw misfit(moduleName, function, signature, shape);
		}
		List<@Nullable Wanted> wanted = new ArrayList<>();
		shape.parameters()
			.forEach((kind) -> wanted
				.add((kind.isNumber() || kind == ValueKind.STRING) ? null : Wanted.of(module, kind, this.arrays)));
		return new AssemblyScriptFunction(export, shape, widenings, result,
				Exports.function(module, "__setArgumentsLength", "(i32) -> ()"), wanted);
	}

	private static Widening[] arguments(FunctionSignature signature, CallShape shape) {
		List<ValueType> found = signature.parameters();
		Widening[] widenings = new Widening[shape.parameters().size()];
		for (int i = 0; i < widenings.length; i++) {
			ValueKind kind = shape.parameters().get(i);
			widenings[i] = (i < found.size()) ? Widening.argument(kind.isNumber() ? kind : ValueKind.I32, found.get(i))
					: Widening.IMPOSSIBLE;
			if (!kind.isNumber() && widenings[i] != Widening.IMPOSSIBLE && found.get(i) != ValueType.I32) {
				widenings[i] = Widening.IMPOSSIBLE;
			}
		}
		return widenings;
	}

	private static Widening result(FunctionSignature signature, CallShape shape) {
		List<ValueType> found = signature.results();
		if (shape.result() == ValueKind.NONE) {
			return found.isEmpty() ? Widening.NONE : Widening.IMPOSSIBLE;
		}
		if (found.size() != 1) {
			return Widening.IMPOSSIBLE;
		}
		if (shape.result().isNumber()) {
			return Widening.result(found.getFirst(), shape.result());
		}
		return (found.getFirst() == ValueType.I32) ? Widening.NONE : Widening.IMPOSSIBLE;
	}

	private static GuestAbiException misfit(String moduleName, String function, FunctionSignature signature,
			CallShape shape) {
		List<ValueType> parameters = new ArrayList<>();
		shape.parameters().forEach((kind) -> parameters.add(Exports.type(kind, ValueType.I32)));
		List<ValueType> results = (shape.result() == ValueKind.NONE) ? List.of()
				: List.of(Exports.type(shape.result(), ValueType.I32));
		return new GuestAbiException(moduleName, function, "wanted was " + shape + ", but it is " + signature
				+ "; by the convention assemblyscript it would be " + new FunctionSignature(parameters, results), null);
	}

}
