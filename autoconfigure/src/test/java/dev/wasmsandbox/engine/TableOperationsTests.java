package dev.wasmsandbox.engine;

import java.time.Duration;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.TrapKind;
import dev.wasmsandbox.limits.ModuleLimit;
import dev.wasmsandbox.limits.ModuleLimits;
import dev.wasmsandbox.limits.SandboxLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Bulk instructions on tables: their bounds, their order, and that they can be stopped.
 */
class TableOperationsTests {

	private static final String MODULE = """
			(module
			  (type $answer (func (result i32)))
			  (table $t 10 funcref) (table $u 10 funcref) (table $large 900000 1000000 funcref)
			  (elem $e func $one $two $three)
			  (elem declare func $one)
			  (func $one (result i32) i32.const 1)
			  (func $two (result i32) i32.const 2)
			  (func $three (result i32) i32.const 3)
			  (func (export "init") (param i32 i32 i32)
			    local.get 0 local.get 1 local.get 2 table.init $t $e)
			  (func (export "copy") (param i32 i32 i32)
			    local.get 0 local.get 1 local.get 2 table.copy $t $t)
			  (func (export "across") (param i32 i32 i32)
			    local.get 0 local.get 1 local.get 2 table.copy $u $t)
			  (func (export "fill") (param i32 i32)
			    local.get 0 ref.func $one local.get 1 table.fill $t)
			  (func (export "at") (param i32) (result i32)
			    local.get 0 call_indirect $t (type $answer))
			  (func (export "at-u") (param i32) (result i32)
			    local.get 0 call_indirect $u (type $answer))
			""";

	private static final SandboxLimits LIMITS = SandboxLimits.defaults()
		.withCallTimeout(Duration.ofMillis(100))
		.withModule(ModuleLimits.defaults().with(ModuleLimit.TABLE_ELEMENTS, 1_000_000));

	private static WasmSandbox sandbox(String more) {
		return WasmSandbox.builder().name("tables").source(Wat.assemble(MODULE + more + ")")).limits(LIMITS).build();
	}

	@Test
	void entriesGoWhereTheyShould() {
		try (WasmSandbox sandbox = sandbox(""); SandboxSession session = sandbox.openSession()) {
			session.call("init", void.class, 2, 0, 3);
			assertThat(session.call("at", int.class, 4)).isEqualTo(3);
			session.call("copy", void.class, 3, 2, 3);
			assertThat(session.call("at", int.class, 3)).isEqualTo(1);
			assertThat(session.call("at", int.class, 5)).isEqualTo(3);
			session.call("copy", void.class, 1, 3, 3);
			assertThat(session.call("at", int.class, 1)).isEqualTo(1);
			assertThat(session.call("at", int.class, 3)).isEqualTo(3);
			session.call("across", void.class, 7, 1, 3);
			assertThat(session.call("at-u", int.class, 8)).isEqualTo(2);
			session.call("fill", void.class, 0, 10);
			assertThat(session.call("at", int.class, 9)).isEqualTo(1);
			assertThat(session.call("at-u", int.class, 9)).isEqualTo(3);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 10, 0x7fff_ffff, -1, -5, 0x8000_0000 })
	void nothingIsWrittenBeyondTheEnd(int size) {
		try (WasmSandbox sandbox = sandbox("")) {
			traps(sandbox, "fill", 1, size);
			traps(sandbox, "fill", size, 1);
			traps(sandbox, "copy", 1, 0, size);
			traps(sandbox, "copy", 0, 1, size);
			traps(sandbox, "across", size, 0, 1);
			traps(sandbox, "init", 0, 0, size);
			traps(sandbox, "init", size, 0, 1);
			traps(sandbox, "init", 0, size, 1);
		}
	}

	private static void traps(WasmSandbox sandbox, String function, Object... arguments) {
		assertThatExceptionOfType(SandboxTrapException.class)
			.isThrownBy(() -> sandbox.call(function, void.class, arguments))
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(TrapKind.TABLE_OUT_OF_BOUNDS));
	}

	@ParameterizedTest
	@ValueSource(strings = { "i32.const 0 ref.func $one i32.const 900000 table.fill $large",
			"i32.const 0 i32.const 1 i32.const 899999 table.copy $large $large",
			"ref.func $one i32.const 0 table.grow $large drop" })
	void straightCodeOfThemIsStopped(String instruction) {
		String body = (instruction + "\n").repeat(4_000);
		try (WasmSandbox sandbox = sandbox("(func (export \"burn\") %s)".formatted(body))) {
			assertThatExceptionOfType(SandboxTimeoutException.class).isThrownBy(() -> sandbox.call("burn", void.class));
		}
	}

}
