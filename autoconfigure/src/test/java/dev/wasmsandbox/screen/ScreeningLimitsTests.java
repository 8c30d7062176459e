package dev.wasmsandbox.screen;

import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.LimitPassed;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.limits.ModuleLimit;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.limits.WasmFeature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Each limit and each feature by itself, with a module that just needs it. */
class ScreeningLimitsTests {

	/** Each limit with a module and how much of it the module has, or has first. */
	private static final Map<ModuleLimit, Case> CASES = Map.ofEntries(
			Map.entry(ModuleLimit.TYPES, new Case("(type (func)) (type (func (param i32)))", 2)),
			Map.entry(ModuleLimit.TYPE_VALUES, new Case("(type (func (param i32 i64) (result f32)))", 3)),
			Map.entry(ModuleLimit.PARAMETERS, new Case("(type (func (param i32 i64 i64)))", 3)),
			Map.entry(ModuleLimit.RESULTS, new Case("(type (func (result i32)))", 1)),
			Map.entry(ModuleLimit.FUNCTIONS, new Case("(func) (func)", 2)),
			Map.entry(ModuleLimit.IMPORTS, new Case("(import \"e\" \"f\" (func))", 1)),
			Map.entry(ModuleLimit.EXPORTS, new Case("(func (export \"a\") (export \"b\"))", 2)),
			Map.entry(ModuleLimit.GLOBALS, new Case("(global i32 (i32.const 1)) (global i32 (i32.const 2))", 2)),
			Map.entry(ModuleLimit.TABLES, new Case("(table 1 funcref) (table 1 funcref)", 2)),
			Map.entry(ModuleLimit.TABLE_ELEMENTS, new Case("(table 5 funcref) (table 6 funcref)", 11)),
			Map.entry(ModuleLimit.ELEMENT_SEGMENTS, new Case("(func) (elem func 0) (elem func 0)", 2)),
			Map.entry(ModuleLimit.SEGMENT_ELEMENTS, new Case("(func) (elem func 0) (elem func 0 0)", 3)),
			Map.entry(ModuleLimit.DATA_SEGMENTS, new Case("(memory 1) (data \"a\") (data \"b\")", 2)),
			Map.entry(ModuleLimit.FUNCTION_BYTES, new Case("(func nop nop nop)", 5)),
			Map.entry(ModuleLimit.LOCALS, new Case("(func (local i32 i32 i64))", 3)),
			Map.entry(ModuleLimit.TOTAL_LOCALS, new Case("(func (local i32)) (func (local i32 i64))", 3)),
			Map.entry(ModuleLimit.NESTING, new Case("(func block loop end end)", 2)),
			Map.entry(ModuleLimit.BRANCH_TARGETS, new Case("(func block i32.const 0 br_table 0 0 0 0 end)", 3)),
			Map.entry(ModuleLimit.TOTAL_BRANCH_TARGETS,
					new Case("(func block i32.const 0 br_table 0 0 end block i32.const 0 br_table 0 0 end)", 2)),
			Map.entry(ModuleLimit.NAME_BYTES, new Case("(func (export \"abcd\"))", 4)));

	/** A module that uses a feature, and no other. */
	private static final Map<WasmFeature, String> USES = Map.ofEntries(
			Map.entry(WasmFeature.MUTABLE_GLOBALS, "(global (export \"g\") (mut i32) (i32.const 0))"),
			Map.entry(WasmFeature.SIGN_EXTENSION, "(func (drop (i32.extend8_s (i32.const 1))))"),
			Map.entry(WasmFeature.SATURATING_CONVERSIONS, "(func (drop (i32.trunc_sat_f32_s (f32.const 1))))"),
			Map.entry(WasmFeature.MULTI_VALUE, "(func (result i32 i32) (i32.const 1) (i32.const 2))"),
			Map.entry(WasmFeature.BULK_MEMORY,
					"(memory 1) (func (memory.fill (i32.const 1) (i32.const 2) (i32.const 3)))"),
			Map.entry(WasmFeature.REFERENCE_TYPES, "(func (param externref))"));

	private record Case(String text, long has) {
	}

	@ParameterizedTest
	@EnumSource
	void eachLimitLetsPassWhatItAllowsAndRefusesOneMore(ModuleLimit limit) {
		byte[] module;
		long has;
		if (limit == ModuleLimit.CUSTOM_SECTIONS) {
			module = new byte[] { 0, 'a', 's', 'm', 1, 0, 0, 0, 0, 2, 1, 'x', 0, 2, 1, 'y' };
			has = 2;
		}
		else {
			Case one = Objects.requireNonNull(CASES.get(limit));
			module = Wat.assemble("(module " + one.text + ")");
			has = one.has;
		}
		assertThat(ModuleScreener.screen("m", module, with(limit, has)).size()).isEqualTo(module.length);
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> ModuleScreener.screen("m", module, with(limit, has - 1)))
			.withMessageContaining("limits.module." + limit.text() + " allows " + (has - 1))
			.withMessageContaining("raise it for this module")
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.OVER_LIMIT))
			.satisfies((ex) -> assertThat(ex.limit()).contains(new LimitPassed(limit.property(), has - 1, has)));
	}

	private static SandboxLimits with(ModuleLimit limit, long value) {
		SandboxLimits limits = SandboxLimits.defaults();
		return limits.withModule(limits.module().with(limit, value));
	}

	@Test
	void featuresAreSeenAndHeldAgainstThoseAllowed() {
		USES.forEach((feature, text) -> {
			byte[] module = Wat.assemble("(module " + text + ")");
			assertThat(ModuleScreener.screen("m", module, SandboxLimits.defaults()).features()).as(text)
				.containsExactly(feature);
			Set<WasmFeature> others = EnumSet.copyOf(WasmFeature.allSupported());
			others.remove(feature);
			SandboxLimits limits = SandboxLimits.defaults();
			assertThatExceptionOfType(ModuleRejectedException.class)
				.isThrownBy(() -> ModuleScreener.screen("m", module,
						limits.withModule(limits.module().withFeatures(others))))
				.withMessageContaining("features does not allow " + feature.text())
				.extracting(ModuleRejectedException::reason)
				.isEqualTo(Reason.UNSUPPORTED);
		});
	}

	@Test
	void theFirstVersionNeedsNoFeature() {
		SandboxLimits limits = SandboxLimits.defaults();
		byte[] module = Wat.assemble("(module (table 1 funcref) (memory 1) (func (export \"f\") (result i32) "
				+ "block end i32.const 0 call_indirect (result i32)) (elem (i32.const 0) 0) (data (i32.const 0) \"a\"))");
		ModuleReport report = ModuleScreener.screen("m", module,
				limits.withModule(limits.module().withFeatures(Set.of())));
		assertThat(report.features()).isEmpty();
		assertThat(report.sections()).extracting(SectionInfo::name)
			.containsExactly("type", "function", "table", "memory", "export", "element", "code", "data");
		assertThat(report.codeBytes()).isPositive();
	}

	@Test
	void customSectionsAreLeftOut() {
		byte[] plain = Wat.assemble("(module (func (export \"f\")))");
		byte[] custom = java.util.Arrays.copyOf(plain, plain.length + 4);
		System.arraycopy(new byte[] { 0, 2, 1, 'x' }, 0, custom, plain.length, 4);
		assertThat(CustomSections.drop(custom)).isEqualTo(plain);
		assertThat(CustomSections.drop(plain)).isSameAs(plain);
	}

}
