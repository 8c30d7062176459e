package dev.wasmsandbox.abi;

import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.guest.SandboxAllocators;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ValueType;
import org.jspecify.annotations.Nullable;

/**
 * Text, bytes and arrays as an address and a length, in blocks of the guest's exported
 * allocator. Arguments belong to the host and results to the host once they are returned;
 * all are given back.
 */
final class PointerLengthAbi implements GuestAbi {

	private static final String POST_RETURN = "cabi_post_";

	@Override
	public String name() {
		return "pointer-length";
	}

	@Override
	public boolean recognises(ModuleReport module) {
		return module.memory() != null && SandboxAllocators.exportedBy(module) != null;
	}

	/** Not an allocator: without one, what is passed lies in the host's arena. */
	@Override
	public List<String> missing(ModuleReport module) {
		return (module.memory() != null) ? List.of() : List.of("a memory, in which texts and arrays could lie");
	}

	@Override
	public AbiFunction bind(String moduleName, ModuleReport module, String function, CallShape shape) {
		ModuleExport export = Exports.require(moduleName, module, function);
		if (shape.isNumeric()) {
			return NumericAbi.NumericFunction.of(moduleName, export, shape);
		}
		if (shape.result() == ValueKind.STRINGS || shape.parameters().contains(ValueKind.STRINGS)) {
			throw new GuestAbiException(moduleName, function, "wanted was " + shape
					+ ", but the convention pointer-length has no form for String[]; pass one text, for example JSON",
					null);
		}
		FunctionSignature signature = Exports.signature(export);
		ModuleExport post = Exports.function(module, POST_RETURN + function, "(i32) -> ()");
		ResultStyle style = style(module, signature, shape, post);
		Widening[] widenings = (style != null) ? arguments(signature, shape, style) : null;
		if (style == null || widenings == null) {
			throw new GuestAbiException(moduleName, function, "wanted was " + shape + ", but it is " + signature
					+ "; by the convention pointer-length it would be " + expected(shape), null);
		}
		Widening result = style.number() ? Widening.result(signature.results().getFirst(), shape.result())
				: Widening.NONE;
		return new PointerLengthFunction(export, shape, widenings, style, result, post);
	}

	/** How a result comes back, if the signature allows one of the ways. */
	private static @Nullable ResultStyle style(ModuleReport module, FunctionSignature signature, CallShape shape,
			@Nullable ModuleExport post) {
		List<ValueType> results = signature.results();
		if (shape.result() == ValueKind.NONE) {
			return results.isEmpty() ? ResultStyle.NOTHING : null;
		}
		if (shape.result().isNumber()) {
			boolean fits = results.size() == 1
					&& Widening.result(results.getFirst(), shape.result()) != Widening.IMPOSSIBLE;
			return fits ? ResultStyle.NUMBER : null;
		}
		if (results.equals(List.of(ValueType.I64))) {
			return ResultStyle.PACKED;
		}
		if (results.equals(List.of(ValueType.I32, ValueType.I32))) {
			return ResultStyle.PAIR;
		}
		if (results.isEmpty()) {
			return ResultStyle.RETURN_POINTER;
		}
		boolean canonical = post != null || "cabi_realloc".equals(SandboxAllocators.exportedBy(module));
		return (canonical && results.equals(List.of(ValueType.I32))) ? ResultStyle.POINTER_TO_PAIR : null;
	}

	/** What is done to numbers among the arguments; {@code null} if they do not fit. */
	private static Widening @Nullable [] arguments(FunctionSignature signature, CallShape shape, ResultStyle style) {
		Widening[] widenings = new Widening[shape.parameters().size()];
		List<ValueType> found = signature.parameters();
		int at = 0;
		if (style == ResultStyle.RETURN_POINTER && !is(found, at++, ValueType.I32)) {
			return null;
		}
		for (int i = 0; i < widenings.length; i++) {
			ValueKind kind = shape.parameters().get(i);
			if (kind.isNumber()) {
				widenings[i] = (at < found.size()) ? Widening.argument(kind, found.get(at)) : Widening.IMPOSSIBLE;
				at++;
			}
			else {
				widenings[i] = (is(found, at, ValueType.I32) && is(found, at + 1, ValueType.I32)) ? Widening.NONE
						: Widening.IMPOSSIBLE;
				at += 2;
			}
			if (widenings[i] == Widening.IMPOSSIBLE) {
				return null;
			}
		}
		return (at == found.size()) ? widenings : null;
	}

	private static boolean is(List<ValueType> types, int index, ValueType type) {
		return index < types.size() && types.get(index) == type;
	}

	private static String expected(CallShape shape) {
		List<ValueType> parameters = new ArrayList<>();
		for (ValueKind kind : shape.parameters()) {
			parameters.add(Exports.type(kind, ValueType.I32));
			if (!kind.isNumber()) {
				parameters.add(ValueType.I32);
			}
		}
		if (shape.result() == ValueKind.NONE) {
			return signature(parameters);
		}
		if (shape.result().isNumber()) {
			return signature(parameters, Exports.type(shape.result(), ValueType.I32));
		}
		List<ValueType> withPointer = new ArrayList<>(List.of(ValueType.I32));
		withPointer.addAll(parameters);
		return signature(parameters, ValueType.I64) + " (address << 32 | length), "
				+ signature(parameters, ValueType.I32, ValueType.I32) + " (address, length), " + signature(withPointer)
				+ " (first where to store both) or " + signature(parameters, ValueType.I32)
				+ " (where both are stored, with a function cabi_post_NAME)";
	}

	private static String signature(List<ValueType> parameters, ValueType... results) {
		return new FunctionSignature(parameters, List.of(results)).toString();
	}

	/** How a result comes back. */
	enum ResultStyle {

		NOTHING, NUMBER,

		/** An {@code i64}, the address in the upper half. */
		PACKED,

		/** Two {@code i32}. */
		PAIR,

		/** The first argument says where address and length are to be stored. */
		RETURN_POINTER,

		/** An {@code i32} that says where both are stored. */
		POINTER_TO_PAIR;

		boolean number() {
			return this == NUMBER;
		}

	}

}
