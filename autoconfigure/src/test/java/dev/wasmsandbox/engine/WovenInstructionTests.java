package dev.wasmsandbox.engine;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.Parser;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.error.ModuleRejectedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Instructions that are woven into guests give what the engine's interpreter gives: as
 * values, as conditions, negated, in small functions and in large ones, which call
 * helpers another way.
 */
class WovenInstructionTests {

	private static final List<String> COMPARISONS = List.of("eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u",
			"ge_s", "ge_u");

	private static final List<String> FLOAT_COMPARISONS = List.of("eq", "ne", "lt", "gt", "le", "ge");

	private static final Map<String, List<Long>> EDGES = Map.of("i32", List
		.of(0L, 1L, 2L, 31L, 32L, 33L, 0x7fff_ffffL, 0x8000_0000L, 0xffff_ffffL, 0x80L, 0x7fL, 0x8000L, 0x1234_5678L),
			"i64",
			List.of(0L, 1L, 63L, 64L, 65L, Long.MAX_VALUE, Long.MIN_VALUE, -1L, 0x80L, 0x8000L, 0x8000_0000L,
					0x1_0000_0000L, 0x1234_5678_9abc_def0L),
			"f32",
			floats(0f, -0f, 1f, -1.5f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 3e9f, -3e9f, 1e30f,
					Float.MIN_VALUE),
			"f64", doubles(0, -0.0, 1, -1.5, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 3e9, -3e9,
					2147483647.5, 1e30, Double.MIN_VALUE));

	/** An instruction with the types of its operands and its result. */
	private record Instruction(String name, String operand, int operands, String result) {

		boolean condition() {
			return this.result.equals("i32") && !this.name.contains("trunc");
		}

		String function(String export, String padding, String body) {
			return "(func (export \"%s\") %s (result %s)%n%s%s)%n".formatted(export,
					"(param %s)".formatted(this.operand).repeat(this.operands), body.isEmpty() ? this.result : "i32",
					padding, body.isEmpty() ? value() : body.formatted(value()));
		}

		private String value() {
			return ((this.operands == 1) ? "local.get 0 " : "local.get 0 local.get 1 ") + this.name;
		}

	}

	private static List<Long> floats(float... values) {
		List<Long> bits = new ArrayList<>();
		for (float value : values) {
			bits.add(Float.floatToRawIntBits(value) & 0xffff_ffffL);
		}
		return bits;
	}

	private static List<Long> doubles(double... values) {
		List<Long> bits = new ArrayList<>();
		for (double value : values) {
			bits.add(Double.doubleToRawLongBits(value));
		}
		return bits;
	}

	private static List<Instruction> instructions() {
		List<Instruction> all = new ArrayList<>();
		for (String type : List.of("i32", "i64")) {
			COMPARISONS.forEach((name) -> all.add(new Instruction(type + "." + name, type, 2, "i32")));
			all.add(new Instruction(type + ".eqz", type, 1, "i32"));
			Stream.of("rotl", "rotr").forEach((name) -> all.add(new Instruction(type + "." + name, type, 2, type)));
			Stream.of("clz", "ctz", "popcnt", "extend8_s", "extend16_s")
				.forEach((name) -> all.add(new Instruction(type + "." + name, type, 1, type)));
			for (String from : List.of("f32", "f64")) {
				all.add(new Instruction("%s.trunc_sat_%s_s".formatted(type, from), from, 1, type));
				all.add(new Instruction("%s.convert_%s_s".formatted(from, type), type, 1, from));
			}
		}
		for (String type : List.of("f32", "f64")) {
			FLOAT_COMPARISONS.forEach((name) -> all.add(new Instruction(type + "." + name, type, 2, "i32")));
			all.add(new Instruction(type + ".abs", type, 1, type));
			all.add(new Instruction(type + ".sqrt", type, 1, type));
		}
		all.add(new Instruction("i64.extend32_s", "i64", 1, "i64"));
		all.add(new Instruction("i64.extend_i32_u", "i32", 1, "i64"));
		all.add(new Instruction("i32.reinterpret_f32", "f32", 1, "i32"));
		all.add(new Instruction("f32.reinterpret_i32", "i32", 1, "f32"));
		all.add(new Instruction("i64.reinterpret_f64", "f64", 1, "i64"));
		all.add(new Instruction("f64.reinterpret_i64", "i64", 1, "f64"));
		return all;
	}

	/** The ways a result can be used, by what a name of an export ends with. */
	private static Map<String, String> uses(Instruction instruction) {
		if (!instruction.condition()) {
			return Map.of("", "");
		}
		return Map.of("", "", " if", "%s if (result i32) i32.const 1 else i32.const 0 end", " not",
				"%s i32.eqz if (result i32) i32.const 1 else i32.const 0 end", " not not",
				"%s i32.eqz i32.eqz if (result i32) i32.const 1 else i32.const 0 end", " br",
				"block %s br_if 0 i32.const 7 return end i32.const 8", " br not",
				"block %s i32.eqz br_if 0 i32.const 7 return end i32.const 8", " stored",
				"%s i32.eqz i32.const 5 i32.add");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 40 })
	void everyInstructionGivesWhatTheInterpreterGives(int padding) {
		StringBuilder text = new StringBuilder("(module (memory 1)\n");
		String loads = "i32.const 0 i32.load drop\n".repeat(padding);
		instructions().forEach((instruction) -> uses(instruction)
			.forEach((use, body) -> text.append(instruction.function(instruction.name + use, loads, body))));
		byte[] module = Wat.assemble(text.append(")").toString());
		Instance plain = Instance.builder(Parser.parse(module)).build();
		try (WasmSandbox sandbox = WasmSandbox.builder().name("woven").source(module).build();
				SandboxSession session = sandbox.openSession()) {
			for (Instruction instruction : instructions()) {
				uses(instruction).keySet().forEach((use) -> compare(session, plain, instruction, use));
			}
		}
	}

	/** The engine rounds these twice, so that it is no reference for them. */
	@ParameterizedTest
	@ValueSource(ints = { 0, 40 })
	void unsignedLongsRoundOnce(int padding) {
		String loads = "i32.const 0 i32.load drop\n".repeat(padding);
		byte[] module = Wat.assemble("""
				(module (memory 1)
				  (func (export "f32") (param i64) (result f32) %s local.get 0 f32.convert_i64_u)
				  (func (export "f64") (param i64) (result f64) %s local.get 0 f64.convert_i64_u))
				""".formatted(loads, loads));
		List<Long> values = new ArrayList<>(List.of(0L, 1L, -1L, Long.MAX_VALUE, Long.MIN_VALUE, 0xfff8_0000_0000_0001L,
				0xffff_ffff_ffff_fc00L, 0xffff_ff80_0000_0000L, 0x8000_0080_0000_0001L));
		new Random(42).longs(5_000).forEach(values::add);
		new Random(43).longs(5_000).forEach((value) -> values.add(Long.MIN_VALUE | (value << 38) | 0x20_0000_0000L));
		try (WasmSandbox sandbox = WasmSandbox.builder().name("unsigned").source(module).build();
				SandboxSession session = sandbox.openSession()) {
			for (long value : values) {
				BigInteger exact = new BigInteger(Long.toUnsignedString(value));
				assertThat(session.call("f32", float.class, value)).as("%x", value).isEqualTo(exact.floatValue());
				assertThat(session.call("f64", double.class, value)).as("%x", value).isEqualTo(exact.doubleValue());
			}
		}
	}

	/** What is replaced by more bytes than a call must not make a method too large. */
	@ParameterizedTest
	@ValueSource(ints = { 1_300, 10_000 })
	void largeFunctionsOfRotationsCompile(int rotations) {
		String body = "local.get 0 local.get 1 i32.rotl local.set 0\n".repeat(rotations);
		byte[] module = Wat
			.assemble("(module (func (export \"turn\") (param i32 i32) (result i32) " + body + " local.get 0))");
		try (WasmSandbox sandbox = WasmSandbox.builder().name("rotations").source(module).build()) {
			assertThat(sandbox.call("turn", int.class, 1, 1)).isEqualTo(1 << (rotations % 32));
		}
	}

	@Test
	void whatOurChecksMakeTooLargeIsRefused() {
		String body = "local.get 0 i32.eqz br_if 0 call $f\n".repeat(8_100);
		byte[] module = Wat
			.assemble("(module (memory 1) (func $f) (func (export \"large\") (param i32) " + body + "))");
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> WasmSandbox.builder().name("large").source(module).build())
			.withMessageContaining("too large")
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(ModuleRejectedException.Reason.UNSUPPORTED));
	}

	private static void compare(SandboxSession session, Instance plain, Instruction instruction, String use) {
		String name = instruction.name + use;
		List<Long> edges = EDGES.getOrDefault(instruction.operand, List.of());
		for (long first : edges) {
			for (long second : (instruction.operands == 2) ? edges : List.of(0L)) {
				long[] operands = (instruction.operands == 2) ? new long[] { first, second } : new long[] { first };
				long expected = narrowed(plain.export(name).apply(operands)[0], instruction, use);
				long actual = narrowed(session.export(name).callRaw(operands)[0], instruction, use);
				assertThat(actual).as("%s of %x, %x", name, first, second).isEqualTo(expected);
			}
		}
	}

	/** Raw numbers of 32 bits may be extended either way. */
	private static long narrowed(long raw, Instruction instruction, String use) {
		return (use.isEmpty() && instruction.result.endsWith("64")) ? raw : raw & 0xffff_ffffL;
	}

}
