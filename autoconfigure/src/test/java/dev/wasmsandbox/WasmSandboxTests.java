package dev.wasmsandbox;

import java.time.Duration;
import java.util.List;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.TrapKind;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.observe.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class WasmSandboxTests {

	private final WasmSandboxes sandboxes = WasmSandboxes.builder().build();

	@AfterEach
	void close() {
		this.sandboxes.close();
	}

	private WasmSandbox load(String fixture) {
		return this.sandboxes.load(ModuleDefinition.named(fixture).source(TestModules.source(fixture)).build());
	}

	@Test
	void callsFunctionsOfEveryNumericType() {
		WasmSandbox values = load("values");
		assertThat(values.call("i32", int.class, -7)).isEqualTo(-7);
		assertThat(values.call("i64", long.class, Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
		assertThat(values.call("f32", float.class, 1.5f)).isEqualTo(1.5f);
		assertThat(values.call("f64", double.class, Math.PI)).isEqualTo(Math.PI);
		assertThat(values.call("mix", double.class, 1, 2L, 0.5f, 0.25)).isEqualTo(3.75);
	}

	@Test
	void returnsSeveralResultsOrNone() {
		WasmSandbox values = load("values");
		assertThat(values.call("swap", Object[].class, 1, 2L)).containsExactly(2L, 1);
		assertThat(values.call("four", Object[].class, -3)).containsExactly(-3, -3L, -1.5f, -1.5);
		assertThat(values.call("swap", long[].class, 1, 2L)).containsExactly(2, 1);
		assertThat(values.call("none", void.class)).isNull();
		assertThat(values.call("none", Object[].class)).isEmpty();
		assertThat(values.export("none").callRaw()).isEmpty();
	}

	@Test
	void widensWhatLosesNothing() {
		WasmSandbox values = load("values");
		assertThat(values.call("i64", long.class, 5)).isEqualTo(5L);
		assertThat(values.call("f64", double.class, 5)).isEqualTo(5.0);
		assertThat(values.call("f64", double.class, 0.5f)).isEqualTo(0.5);
		assertThat(values.call("i32", long.class, -1)).isEqualTo(-1L);
		assertThat(values.call("f32", Number.class, 2f)).isEqualTo(2f);
	}

	@Test
	void primitiveFastPathsGiveTheSameAnswers() {
		WasmSandbox simple = load("simple_module");
		assertThat(simple.export("add").callInt(Integer.MAX_VALUE, 1)).isEqualTo(Integer.MIN_VALUE);
		assertThat(simple.export("fib").callInt(20)).isEqualTo(6765);
		assertThat(simple.export("fib64").callLong(90)).isEqualTo(2_880_067_194_370_816_120L);
		assertThat(load("values").export("f64").callDouble(-0.0)).isEqualTo(-0.0);
	}

	@Test
	void everyCallRunsInACleanInstance() {
		WasmSandbox state = load("state");
		for (int i = 0; i < 50; i++) {
			state.call("put", void.class, 1234L);
			assertThat(state.call("get_global", long.class)).isEqualTo(7);
			assertThat(state.call("get_memory", long.class)).isEqualTo(11);
			assertThat(state.call("increment", int.class)).isEqualTo(1);
		}
	}

	@Test
	@SuppressWarnings("NullAway") // one of the wrong arguments
	void refusesWrongArgumentsBeforeTheGuestRuns() {
		WasmSandbox simple = load("simple_module");
		refused(() -> simple.call("add", int.class, 1), "takes 2 arguments (i32, i32) -> i32, but was given 1");
		refused(() -> simple.call("add", int.class, 1, 2, 3), "but was given 3");
		refused(() -> simple.call("add", int.class, 1, 2.0), "argument 2 of (i32, i32) -> i32 must be i32 (Java int)");
		refused(() -> simple.call("add", int.class, 1, "2"),
				"wanted was (int, String) -> int, but it is (i32, i32) -> i32");
		refused(() -> simple.call("add", int.class, 1, 2L), "but is java.lang.Long");
		refused(() -> simple.call("add", int.class, 1, null), "but is null");
		refused(() -> simple.call("add", Short.class, 1, 2), "does not fit java.lang.Short");
		refused(() -> simple.call("add", String.class, 1, 2),
				"wanted was (int, int) -> String, but it is (i32, i32) -> i32");
		refused(() -> simple.call("fib64", int.class, 1L), "returns i64 (Java long), which does not fit int");
		refused(() -> simple.call("substract", int.class, 1, 2), "no such function is exported; there are add, fib");
		refused(() -> simple.export("add").callInt(1), "it is (i32, i32) -> i32");
		refused(() -> simple.export("add").callLong(1, 2), "arguments of type i64");
		refused(() -> simple.export("add").callRaw(1), "but was given 1");
		refused(() -> simple.export("nothing"), "Module 'simple_module', function 'nothing'");
	}

	private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(call).withMessageContaining(message);
	}

	@ParameterizedTest
	@CsvSource({ "unreachable,UNREACHABLE", "out_of_bounds,MEMORY_OUT_OF_BOUNDS",
			"bad_indirect,INDIRECT_CALL_TYPE_MISMATCH", "null_indirect,TABLE_OUT_OF_BOUNDS",
			"undefined_indirect,TABLE_OUT_OF_BOUNDS", "trunc_nan,INVALID_CONVERSION",
			"trunc_overflow,INTEGER_OVERFLOW" })
	void trapsKeepTheirKind(String function, TrapKind kind) {
		WasmSandbox traps = load("traps");
		assertThatExceptionOfType(SandboxTrapException.class).isThrownBy(() -> traps.call(function, Object[].class))
			.withMessageContaining("Module 'traps', function '" + function + "'")
			.extracting(SandboxTrapException::kind)
			.isEqualTo(kind);
		assertThat(traps.call("ok", int.class)).isEqualTo(42);
	}

	@Test
	void arithmeticTrapsKeepTheirKind() {
		WasmSandbox traps = load("traps");
		assertThatExceptionOfType(SandboxTrapException.class).isThrownBy(() -> traps.call("div", int.class, 1, 0))
			.extracting(SandboxTrapException::kind)
			.isEqualTo(TrapKind.INTEGER_DIVIDE_BY_ZERO);
		assertThatExceptionOfType(SandboxTrapException.class)
			.isThrownBy(() -> traps.call("div", int.class, Integer.MIN_VALUE, -1))
			.extracting(SandboxTrapException::kind)
			.isEqualTo(TrapKind.INTEGER_OVERFLOW);
	}

	@Test
	void endlessRecursionIsATrapWithAShortTrace() {
		WasmSandbox traps = load("traps");
		assertThatExceptionOfType(SandboxTrapException.class).isThrownBy(() -> traps.call("recurse", int.class, 0))
			.satisfies((trap) -> assertThat(trap.kind()).isEqualTo(TrapKind.CALL_STACK_EXHAUSTED))
			.satisfies((trap) -> assertThat(trap.getStackTrace()).hasSizeLessThan(300));
		assertThat(traps.call("ok", int.class)).isEqualTo(42);
	}

	@Test
	void countsCallsByOutcome() {
		WasmSandbox traps = load("traps");
		traps.call("ok", int.class);
		traps.export("ok").callInt();
		assertThatExceptionOfType(SandboxTrapException.class).isThrownBy(() -> traps.call("unreachable", void.class));
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> traps.call("none", void.class));
		assertThat(traps.statistics().calls()).containsOnly(java.util.Map.entry(Outcome.SUCCESS, 2L),
				java.util.Map.entry(Outcome.TRAP, 1L), java.util.Map.entry(Outcome.ABI, 1L));
		assertThat(traps.statistics().total()).isEqualTo(4);
	}

	@Test
	void describesItsModule() {
		ModuleInfo info = load("memory_test").info();
		assertThat(info.name()).isEqualTo("memory_test");
		assertThat(info.digest()).isEqualTo(dev.wasmsandbox.module.ModuleCache.digest(Fixtures.bytes("memory_test")));
		assertThat(info.report().memory()).isNotNull();
		assertThat(info.codeBytes()).isPositive();
		assertThat(info.compileTime()).isPositive();
	}

	@Test
	void growsMemoryUpToTheLowerOfDeclaredAndAllowed() {
		WasmSandbox declared = load("memory_test");
		try (SandboxSession session = declared.openSession()) {
			assertThat(session.call("size", int.class)).isEqualTo(1);
			assertThat(session.call("grow", int.class, 63)).isEqualTo(1);
			assertThat(session.call("grow", int.class, 1)).isEqualTo(-1);
			assertThat(session.call("grow", int.class, -1)).isEqualTo(-1);
			assertThat(session.call("size", int.class)).isEqualTo(64);
			assertThat(session.memory().size()).isEqualTo(64 * 65_536);
		}
		try (WasmSandbox allowed = TestModules.builder("memory_test").memoryLimit(3 * 65_536 + 5).build();
				SandboxSession session = allowed.openSession()) {
			assertThat(session.call("grow", int.class, 3)).isEqualTo(-1);
			assertThat(session.call("grow", int.class, 2)).isEqualTo(1);
		}
	}

	@Test
	void grownMemoryIsGoneInTheNextCall() {
		WasmSandbox memory = load("memory_test");
		for (int i = 0; i < 20; i++) {
			try (SandboxSession session = memory.openSession()) {
				assertThat(session.call("size", int.class)).isEqualTo(1);
				session.call("grow", int.class, 40);
				assertThat(session.call("load", int.class, 30 * 65_536)).isZero();
				session.call("fill", void.class, 0, 0x77, 41 * 65_536);
			}
		}
	}

	@Test
	void aModuleThatFailsToStartIsRejected() {
		assertThatExceptionOfType(ModuleRejectedException.class).isThrownBy(() -> load("start_trap"))
			.withMessageContaining("cannot be instantiated")
			.extracting(ModuleRejectedException::reason)
			.isEqualTo(Reason.INSTANTIATION_FAILED);
	}

	@Test
	void missingImportsAreAllNamedBeforeAnythingIsCompiled() {
		assertThatExceptionOfType(ModuleRejectedException.class).isThrownBy(() -> load("host_calls"))
			.withMessageContaining("env.log (i32, i32) -> ()")
			.withMessageContaining("env.now () -> i64")
			.withMessageContaining("HostFunction")
			.extracting(ModuleRejectedException::reason)
			.isEqualTo(Reason.UNRESOLVED_IMPORTS);
		assertThat(this.sandboxes.cache().statistics().loadCount()).isZero();
	}

	@Test
	void namesAreTakenOnce() {
		load("simple_module");
		assertThatIllegalStateException().isThrownBy(() -> load("simple_module"))
			.withMessageContaining("already loaded");
		this.sandboxes.unload("simple_module");
		assertThat(load("simple_module").call("add", int.class, 1, 2)).isEqualTo(3);
		assertThat(List.copyOf(this.sandboxes.names())).containsExactly("simple_module");
		assertThat(this.sandboxes.cache().statistics().loadCount()).isOne();
	}

	@Test
	void anUnknownNameIsAnsweredWithTheKnownOnes() {
		load("values");
		load("traps");
		assertThatExceptionOfType(dev.wasmsandbox.error.UnknownModuleException.class)
			.isThrownBy(() -> this.sandboxes.get("valeus"))
			.withMessage("No module named 'valeus' is loaded; known modules: traps, values");
		assertThat(this.sandboxes.find("valeus")).isEmpty();
	}

	@Test
	void anUnloadedModuleRefusesCalls() {
		WasmSandbox simple = load("simple_module");
		simple.close();
		assertThatIllegalStateException().isThrownBy(() -> simple.call("add", int.class, 1, 2))
			.withMessageContaining("was unloaded");
		assertThat(this.sandboxes.names()).isEmpty();
		simple.close();
	}

	@Test
	void theBuilderWorksWithoutSpring() {
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.name("calc")
			.source(Fixtures.bytes("simple_module"))
			.moduleCache(this.sandboxes.cache())
			.memoryLimit(1 << 20)
			.callTimeout(Duration.ofSeconds(5))
			.build()) {
			assertThat(sandbox.call("add", int.class, 20, 22)).isEqualTo(42);
			assertThat(sandbox.info().limits().memoryBytes()).isEqualTo(1 << 20);
		}
		assertThat(this.sandboxes.cache().size()).isOne();
		assertThatIllegalStateException().isThrownBy(() -> WasmSandbox.builder().build())
			.withMessageContaining("source");
	}

}
