package dev.wasmsandbox.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.dylibso.chicory.runtime.OpcodeImpl;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;

/**
 * Puts instructions of the JVM, or methods that HotSpot knows as instructions, in the
 * place of calls to the engine's implementation of WebAssembly instructions. Each means
 * exactly what the call meant; what can trap stays a call.
 *
 * <p>
 * The engine's compiler makes a call of each comparison, which gives 0 or 1, and a jump
 * that compares that with zero. Every such call counts in what HotSpot is willing to
 * inline in one method.
 */
final class InstructionFolding implements Opcodes {

	private static final String IMPLEMENTATION = Type.getInternalName(OpcodeImpl.class);

	private static final String NOT = "I32_EQZ";

	/** A call, and as much a constant of 64 bits. */
	private static final int CALL_BYTES = 3;

	private static final Map<String, Comparison> COMPARISONS = comparisons();

	private static final Map<String, List<Step>> REPLACEMENTS = replacements();

	private InstructionFolding() {
	}

	/** One instruction; not a node, because a node belongs to one list. */
	private interface Step {

		AbstractInsnNode node();

	}

	/**
	 * A comparison.
	 *
	 * @param before what comes before the jump
	 * @param jump the jump that is taken where the comparison holds; where a number is
	 * not one, none holds but "not equal"
	 */
	private record Comparison(List<Step> before, int jump) {
	}

	/** Whether it is a call of the engine's implementation of an instruction. */
	static boolean isInstruction(MethodInsnNode call) {
		return call.owner.equals(IMPLEMENTATION);
	}

	/**
	 * Folds what can be folded in a method's code.
	 * @param room how many bytes it may grow by; what takes more room than a call stays
	 * one if all of that does not fit
	 */
	static void fold(InsnList code, int room) {
		boolean mayGrow = growth(code) < room;
		for (AbstractInsnNode at = code.getFirst(); at != null;) {
			AbstractInsnNode next = at.getNext();
			if (at instanceof MethodInsnNode call && isInstruction(call) && (mayGrow || growth(call) <= 0)) {
				next = fold(code, call);
			}
			at = next;
		}
	}

	private static int growth(InsnList code) {
		int growth = 0;
		for (AbstractInsnNode at : code) {
			if (at instanceof MethodInsnNode call && isInstruction(call)) {
				growth += Math.max(0, growth(call));
			}
		}
		return growth;
	}

	/** How many bytes more than a call the replacement of one takes. */
	private static int growth(MethodInsnNode call) {
		int bytes = 0;
		for (Step step : REPLACEMENTS.getOrDefault(call.name, List.of())) {
			bytes += (step.node() instanceof InsnNode) ? 1 : CALL_BYTES;
		}
		return bytes - CALL_BYTES;
	}

	/** Folds one call and returns what follows it. */
	private static @Nullable AbstractInsnNode fold(InsnList code, MethodInsnNode call) {
		Comparison comparison = COMPARISONS.get(call.name);
		List<Step> replacement = REPLACEMENTS.get(call.name);
		AbstractInsnNode next = call.getNext();
		if (comparison != null) {
			boolean holds = true;
			List<AbstractInsnNode> negations = new ArrayList<>();
			while (next instanceof MethodInsnNode not && isInstruction(not) && not.name.equals(NOT)) {
				holds = !holds;
				negations.add(not);
				next = not.getNext();
			}
			if (next instanceof JumpInsnNode jump && (jump.getOpcode() == IFEQ || jump.getOpcode() == IFNE)) {
				negations.forEach(code::remove);
				jump.setOpcode((holds == (jump.getOpcode() == IFNE)) ? comparison.jump : inverse(comparison.jump));
				replace(code, call, comparison.before);
			}
		}
		else if (replacement != null) {
			replace(code, call, replacement);
		}
		return next;
	}

	private static void replace(InsnList code, MethodInsnNode call, List<Step> steps) {
		steps.forEach((step) -> code.insertBefore(call, step.node()));
		code.remove(call);
	}

	/** Jumps come in pairs of opposites, the first with an odd number. */
	private static int inverse(int jump) {
		return ((jump + 1) ^ 1) - 1;
	}

	private static Map<String, Comparison> comparisons() {
		Map<String, Comparison> map = new HashMap<>();
		map.put(NOT, new Comparison(List.of(), IFEQ));
		map.put("I64_EQZ", new Comparison(List.of(op(LCONST_0), op(LCMP)), IFEQ));
		Map<String, Integer> jumps = Map.of("EQ", IFEQ, "NE", IFNE, "LT", IFLT, "GE", IFGE, "GT", IFGT, "LE", IFLE);
		jumps.forEach((name, jump) -> {
			boolean equality = name.equals("EQ") || name.equals("NE");
			String signed = equality ? name : name + "_S";
			map.put("I32_" + signed, new Comparison(List.of(), jump + IF_ICMPEQ - IFEQ));
			map.put("I64_" + signed, new Comparison(List.of(op(LCMP)), jump));
			if (!equality) {
				map.put("I32_" + name + "_U",
						new Comparison(List.of(call(Integer.class, "compareUnsigned", "(II)I")), jump));
				map.put("I64_" + name + "_U",
						new Comparison(List.of(call(Long.class, "compareUnsigned", "(JJ)I")), jump));
			}
			// Not a number compares as larger to the one, as smaller to the other.
			boolean less = name.equals("LT") || name.equals("LE");
			map.put("F32_" + name, new Comparison(List.of(op(less ? FCMPG : FCMPL)), jump));
			map.put("F64_" + name, new Comparison(List.of(op(less ? DCMPG : DCMPL)), jump));
		});
		return Map.copyOf(map);
	}

	private static Map<String, List<Step>> replacements() {
		Map<String, List<Step>> map = new HashMap<>();
		// (v << c) | (v >>> -c); HotSpot makes one instruction of it, but none of
		// rotateLeft.
		map.put("I32_ROTL", List.of(op(DUP2), op(ISHL), op(DUP_X2), op(POP), op(INEG), op(IUSHR), op(IOR)));
		map.put("I32_ROTR", List.of(op(DUP2), op(IUSHR), op(DUP_X2), op(POP), op(INEG), op(ISHL), op(IOR)));
		map.put("I32_CLZ", List.of(call(Integer.class, "numberOfLeadingZeros", "(I)I")));
		map.put("I32_CTZ", List.of(call(Integer.class, "numberOfTrailingZeros", "(I)I")));
		map.put("I32_POPCNT", List.of(call(Integer.class, "bitCount", "(I)I")));
		map.put("I64_CLZ", List.of(call(Long.class, "numberOfLeadingZeros", "(J)I"), op(I2L)));
		map.put("I64_CTZ", List.of(call(Long.class, "numberOfTrailingZeros", "(J)I"), op(I2L)));
		map.put("I64_POPCNT", List.of(call(Long.class, "bitCount", "(J)I"), op(I2L)));
		map.put("I32_EXTEND_8_S", List.of(op(I2B)));
		map.put("I32_EXTEND_16_S", List.of(op(I2S)));
		map.put("I64_EXTEND_8_S", List.of(op(L2I), op(I2B), op(I2L)));
		map.put("I64_EXTEND_16_S", List.of(op(L2I), op(I2S), op(I2L)));
		map.put("I64_EXTEND_32_S", List.of(op(L2I), op(I2L)));
		map.put("I64_EXTEND_I32_U", List.of(op(I2L), () -> new LdcInsnNode(0xffff_ffffL), op(LAND)));
		map.put("F32_CONVERT_I32_S", List.of(op(I2F)));
		map.put("F32_CONVERT_I64_S", List.of(op(L2F)));
		map.put("F64_CONVERT_I32_S", List.of(op(I2D)));
		map.put("F64_CONVERT_I64_S", List.of(op(L2D)));
		map.put("I32_TRUNC_SAT_F32_S", List.of(op(F2I)));
		map.put("I32_TRUNC_SAT_F64_S", List.of(op(D2I)));
		map.put("I64_TRUNC_SAT_F32_S", List.of(op(F2L)));
		map.put("I64_TRUNC_SAT_F64_S", List.of(op(D2L)));
		map.put("F32_ABS", List.of(call(Math.class, "abs", "(F)F")));
		map.put("F64_ABS", List.of(call(Math.class, "abs", "(D)D")));
		map.put("F64_SQRT", List.of(call(Math.class, "sqrt", "(D)D")));
		map.put("I32_REINTERPRET_F32", List.of(call(Float.class, "floatToRawIntBits", "(F)I")));
		map.put("F32_REINTERPRET_I32", List.of(call(Float.class, "intBitsToFloat", "(I)F")));
		map.put("I64_REINTERPRET_F64", List.of(call(Double.class, "doubleToRawLongBits", "(D)J")));
		map.put("F64_REINTERPRET_I64", List.of(call(Double.class, "longBitsToDouble", "(J)D")));
		return Map.copyOf(map);
	}

	private static Step op(int opcode) {
		return () -> new InsnNode(opcode);
	}

	private static Step call(Class<?> owner, String name, String descriptor) {
		return () -> new MethodInsnNode(INVOKESTATIC, Type.getInternalName(owner), name, descriptor, false);
	}

}
