package dev.wasmsandbox.screen;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.SandboxLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ModuleScreenerTests {

	private static final byte[] HEADER = { 0, 0x61, 0x73, 0x6d, 1, 0, 0, 0 };

	private final SandboxLimits limits = SandboxLimits.defaults();

	@Test
	void reportsWhatAModuleIs() {
		ModuleReport report = screen(Fixtures.bytes("host_calls"));
		assertThat(report.size()).isEqualTo(Fixtures.bytes("host_calls").length);
		assertThat(report.imports()).extracting(ModuleImport::toString)
			.containsExactlyInAnyOrder("env.log (i32, i32) -> ()", "env.add (i32, i32) -> i32",
					"env.scale (f64) -> f64", "env.now () -> i64");
		assertThat(report.exportedFunction("run_scale")).hasValueSatisfying(
				(export) -> assertThat(export.signature()).isEqualTo(FunctionSignature.parse("(f64) -> f64")));
		assertThat(report.memory()).isEqualTo(new MemoryType(1, 65_536, false));
		assertThat(report.hasStart()).isFalse();
	}

	@Test
	void reportsALargeModule() {
		ModuleReport report = screen(Fixtures.bytes("large"));
		assertThat(report.functions()).isEqualTo(2_000);
		assertThat(report.importedFunctions()).hasSize(40);
		assertThat(report.exportedFunctions()).hasSize(500);
		assertThat(report.memory()).extracting(MemoryType::initialPages).isEqualTo(17L);
	}

	@Test
	void seesAStartFunction() {
		assertThat(screen(Fixtures.bytes("start_trap")).hasStart()).isTrue();
	}

	@Test
	void refusesAStartFunctionThatTakesOrReturnsSomething() {
		byte[] module = { 0, 'a', 's', 'm', 1, 0, 0, 0, 1, 5, 1, 0x60, 1, 0x7f, 0, 3, 2, 1, 0, 8, 1, 0, 10, 4, 1, 2, 0,
				0x0b };
		refused(module, Reason.MALFORMED, "the start function may take and return nothing");
		module[21] = 9;
		refused(module, Reason.MALFORMED, "unknown function 9");
		byte[] good = { 0, 'a', 's', 'm', 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 8, 1, 0, 10, 4, 1, 2, 0, 0x0b };
		assertThat(screen(good).startFunction()).isZero();
	}

	@Test
	void refusesNothingAtAll() {
		refused(new byte[0], Reason.MALFORMED, "the file is empty");
	}

	@Test
	void refusesSomethingElse() {
		refused(new byte[] { (byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0 }, Reason.MALFORMED, "magic bytes");
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 4, 7 })
	void refusesLessThanAHeader(int length) {
		refused(Arrays.copyOf(HEADER, length), Reason.MALFORMED, "magic bytes");
	}

	@Test
	void refusesAComponent() {
		refused(new byte[] { 0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0 }, Reason.UNSUPPORTED, "wasm-tools component unbundle");
	}

	@Test
	void refusesAnotherVersion() {
		refused(new byte[] { 0, 0x61, 0x73, 0x6d, 2, 0, 0, 0 }, Reason.UNSUPPORTED, "version 2");
	}

	@Test
	void refusesSimdWithTheReason() {
		refused(Fixtures.bytes("simd"), Reason.UNSUPPORTED, "SIMD");
	}

	@ParameterizedTest
	@CsvSource({ "3,shared", "5,64-bit" })
	void refusesMemoriesTheEngineDoesNotHave(int flags, String reason) {
		refused(module(5, 1, flags, 1, 1), Reason.UNSUPPORTED, reason);
	}

	@Test
	void refusesASecondMemory() {
		refused(module(5, 2, 0, 1, 0, 1), Reason.UNSUPPORTED, "more than one memory");
	}

	@Test
	void refusesMoreInitialMemoryThanAllowedAndSaysWhatToDo() {
		byte[] seventeenPages = module(5, 1, 0, 17);
		assertThat(screen(seventeenPages).memory()).isNotNull();
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> ModuleScreener.screen("big", seventeenPages, this.limits.withMemoryBytes(1 << 20)))
			.withMessageContaining("Module 'big'")
			.withMessageContaining("1114112")
			.withMessageContaining("raise limits.memory")
			.extracting(ModuleRejectedException::reason)
			.isEqualTo(Reason.OVER_LIMIT);
	}

	@Test
	void refusesALargerFileThanAllowed() {
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(
					() -> ModuleScreener.screen("m", Fixtures.bytes("simple_module"), this.limits.withModuleBytes(100)))
			.withMessageContaining("the module has more than 100 bytes, the most that limits.module-size allows");
	}

	@Test
	void refusesMoreTableElementsThanAllowed() {
		assertThat(screen(module(4, 1, 0x70, 0, 0x10)).tables()).isOne();
		refused(module(4, 1, 0x70, 0, 0xff, 0xff, 0xff, 0x04), Reason.OVER_LIMIT,
				"limits.module.table-elements allows 100000");
	}

	@Test
	void cutsOutTheStartSectionOnly() {
		byte[] module = Fixtures.bytes("start_trap");
		byte[] cut = StartSection.cut(module);
		assertThat(screen(cut).hasStart()).isFalse();
		assertThat(screen(cut).exports()).isEqualTo(screen(module).exports());
		assertThat(StartSection.cut(cut)).isSameAs(cut);
	}

	@Test
	void takesTheCodeOutAndLeavesTheRest() {
		for (String name : Fixtures.names()) {
			if (name.equals("simd")) {
				continue;
			}
			byte[] module = Fixtures.bytes(name);
			byte[] stripped = FunctionBodies.strip(module);
			ModuleReport report = screen(stripped);
			assertThat(report.exports()).as(name).isEqualTo(screen(module).exports());
			assertThat(report.functions()).as(name).isEqualTo(screen(module).functions());
			assertThat(FunctionBodies.strip(stripped)).as(name).isEqualTo(stripped);
		}
		assertThat(FunctionBodies.strip(Fixtures.bytes("large")).length).isLessThan(Fixtures.bytes("large").length / 4);
	}

	@Test
	void refusesTablesOfBranchesWithTooManyTargets() {
		int targets = 30_000;
		ByteArrayOutputStream body = new ByteArrayOutputStream();
		body.writeBytes(new byte[] { 0, 0x41, 0, 0x0e, (byte) ((targets & 0x7f) | 0x80),
				(byte) (((targets >> 7) & 0x7f) | 0x80), (byte) (targets >> 14) });
		body.writeBytes(new byte[targets + 1]);
		body.write(0x0b);
		byte[] code = body.toByteArray();
		ByteArrayOutputStream section = new ByteArrayOutputStream();
		section.write(1);
		section.writeBytes(leb(code.length));
		section.writeBytes(code);
		ByteArrayOutputStream whole = new ByteArrayOutputStream();
		whole.writeBytes(module(1, 1, 0x60, 0, 0));
		whole.writeBytes(new byte[] { 3, 2, 1, 0, 10 });
		whole.writeBytes(leb(section.size()));
		whole.writeBytes(section.toByteArray());
		refused(whole.toByteArray(), Reason.OVER_LIMIT,
				"30000 targets in one br_table, but limits.module.branch-targets allows 4000");
	}

	private static byte[] leb(int number) {
		return new byte[] { (byte) ((number & 0x7f) | 0x80), (byte) (((number >> 7) & 0x7f) | 0x80),
				(byte) (number >> 14) };
	}

	@Test
	void seesWhatARunCanChange() {
		assertThat(screen(Fixtures.bytes("simple_module")).mutations())
			.isEqualTo(new Mutations(false, false, false, false, false));
		assertThat(screen(Fixtures.bytes("large")).mutations().restorable()).isTrue();
	}

	@Test
	void believesNoCountBeforeItSawTheBytes() {
		for (int section : List.of(1, 2, 3, 4, 5, 6, 7, 10)) {
			refused(module(section, 0xff, 0xff, 0xff, 0xff, 0x07), Reason.MALFORMED, "announced");
		}
	}

	@Test
	void refusesSectionsOutOfOrder() {
		byte[] twoTypeSections = concat(module(1, 0), new byte[] { 1, 1, 0 });
		refused(twoTypeSections, Reason.MALFORMED, "out of order or repeated");
	}

	@Test
	void refusesFunctionsWithoutABody() {
		refused(concat(module(1, 1, 0x60, 0, 0), new byte[] { 3, 2, 1, 0 }), Reason.MALFORMED, "0 have a body");
	}

	@Test
	void refusesDeepNesting() {
		int depth = 2_000;
		ByteArrayOutputStream body = new ByteArrayOutputStream();
		body.write(0);
		for (int i = 0; i < depth; i++) {
			body.writeBytes(new byte[] { 0x02, 0x40 });
		}
		for (int i = 0; i <= depth; i++) {
			body.write(0x0b);
		}
		byte[] code = body.toByteArray();
		ByteArrayOutputStream section = new ByteArrayOutputStream();
		section.writeBytes(new byte[] { 1, (byte) ((code.length & 0x7f) | 0x80), (byte) (code.length >> 7) });
		section.writeBytes(code);
		byte[] content = section.toByteArray();
		byte[] whole = concat(concat(module(1, 1, 0x60, 0, 0), new byte[] { 3, 2, 1, 0 }), concat(
				new byte[] { 10, (byte) ((content.length & 0x7f) | 0x80), (byte) (content.length >> 7) }, content));
		refused(whole, Reason.OVER_LIMIT, "nested");
	}

	@Test
	void takesEveryFixtureThatTheEngineRuns() {
		for (String name : Fixtures.names()) {
			if (!name.equals("simd")) {
				assertThat(screen(Fixtures.bytes(name)).size()).as(name).isPositive();
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "traps", "values", "hash", "rust_text" })
	void answersEveryTruncationAndDamageWithARefusalOrAReport(String fixture) {
		byte[] valid = Fixtures.bytes(fixture);
		for (int length = 0; length < Math.min(valid.length, 3_000); length++) {
			screenOrRefuse(Arrays.copyOf(valid, length));
		}
		Random random = new Random(7);
		for (int i = 0; i < 3_000; i++) {
			byte[] damaged = valid.clone();
			damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
			screenOrRefuse(damaged);
		}
	}

	@Test
	void readsSignaturesAsTheyAreWritten() {
		assertThat(FunctionSignature.parse("(i32, i64) -> (f32, f64)")).hasToString("(i32, i64) -> (f32, f64)");
		assertThat(FunctionSignature.parse("() -> ()")).hasToString("() -> ()");
		assertThat(FunctionSignature.parse("(f64)->f64")).hasToString("(f64) -> f64");
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> FunctionSignature.parse("(int) -> i32"))
			.withMessageContaining("'int'");
	}

	private void screenOrRefuse(byte[] bytes) {
		try {
			screen(bytes);
		}
		catch (ModuleRejectedException ex) {
			assertThat(ex.reason()).isNotNull();
		}
	}

	private ModuleReport screen(byte[] bytes) {
		return ModuleScreener.screen("test", bytes, this.limits);
	}

	private void refused(byte[] bytes, Reason reason, String message) {
		assertThatExceptionOfType(ModuleRejectedException.class).isThrownBy(() -> screen(bytes))
			.withMessageContaining(message)
			.extracting(ModuleRejectedException::reason)
			.isEqualTo(reason);
	}

	private static byte[] module(int section, int... content) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		out.writeBytes(HEADER);
		out.write(section);
		out.write(content.length);
		for (int b : content) {
			out.write(b);
		}
		return out.toByteArray();
	}

	private static byte[] concat(byte[] first, byte[] second) {
		byte[] result = Arrays.copyOf(first, first.length + second.length);
		System.arraycopy(second, 0, result, first.length, second.length);
		return result;
	}

}
