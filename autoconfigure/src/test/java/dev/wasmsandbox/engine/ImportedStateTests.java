package dev.wasmsandbox.engine;

import java.math.BigDecimal;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import dev.wasmsandbox.SandboxBuilder;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WarmUpCall;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SnapshotPoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Imported tables and globals belong to one sandbox each and begin as configured. */
class ImportedStateTests {

	private static final String MODULE = """
			(module
			  (import "env" "memory" (memory 1 2))
			  (import "env" "base" (global $base i32))
			  (import "env" "stack" (global $stack (mut i32)))
			  (import "env" "i64" (global $i64 (mut i64)))
			  (import "GOT.mem" "f32" (global $f32 f32))
			  (import "env" "f64" (global $f64 (mut f64)))
			  (import "env" "function" (global $function funcref))
			  (import "env" "table" (table $table 4 100 funcref))
			  (data (global.get $base) "placed")
			  (elem (global.get $base) func $five)
			  (func $five (result i32) i32.const 5)
			  (func (export "stack") (result i32) global.get $stack)
			  (func (export "i64") (result i64) global.get $i64)
			  (func (export "f32") (result f32) global.get $f32)
			  (func (export "f64") (result f64) global.get $f64)
			  (func (export "is_null") (result i32) global.get $function ref.is_null)
			  (func (export "load") (param i32) (result i32) local.get 0 i32.load8_u)
			  (func (export "call_slot") (param i32) (result i32) local.get 0 call_indirect (result i32))
			  (func (export "push") (param i32) (result i32)
			    (global.set $stack (i32.sub (global.get $stack) (local.get 0)))
			    (table.set (i32.const 3) (ref.func $five))
			    global.get $stack))
			""";

	private static SandboxBuilder module(String text) {
		return WasmSandbox.builder().name("imports").source(Wat.assemble(text));
	}

	@Test
	void globalsBeginWithZeroAndNull() {
		try (WasmSandbox sandbox = module(MODULE).build()) {
			assertThat(sandbox.call("stack", int.class)).isZero();
			assertThat(sandbox.call("i64", long.class)).isZero();
			assertThat(sandbox.call("f32", float.class)).isZero();
			assertThat(sandbox.call("f64", double.class)).isZero();
			assertThat(sandbox.call("is_null", int.class)).isEqualTo(1);
			assertThat(sandbox.call("load", int.class, 0)).isEqualTo('p');
			assertThat(sandbox.call("call_slot", int.class, 0)).isEqualTo(5);
		}
	}

	@Test
	void globalsBeginAsSaidAlsoWherePlacesAreCalculatedFromThem() {
		try (WasmSandbox sandbox = module(MODULE).global("env", "base", 2)
			.global("env", "stack", 65_536L)
			.global("env", "i64", Long.MIN_VALUE)
			.global("GOT.mem", "f32", 0.1f)
			.global("env", "f64", new BigDecimal("1e300"))
			.build()) {
			for (int i = 0; i < 3; i++) {
				assertThat(sandbox.call("push", int.class, 16)).isEqualTo(65_520);
				assertThat(sandbox.call("stack", int.class)).isEqualTo(65_536);
				assertThat(sandbox.call("i64", long.class)).isEqualTo(Long.MIN_VALUE);
				assertThat(sandbox.call("f32", float.class)).isEqualTo(0.1f);
				assertThat(sandbox.call("f64", double.class)).isEqualTo(1e300);
				assertThat(sandbox.call("load", int.class, 2)).isEqualTo('p');
				assertThat(sandbox.call("call_slot", int.class, 2)).isEqualTo(5);
				assertThatExceptionOfType(SandboxTrapException.class)
					.isThrownBy(() -> sandbox.call("call_slot", int.class, 3));
			}
		}
	}

	@Test
	void sandboxesAtTheSameTimeShareNothing() {
		try (WasmSandbox sandbox = module(MODULE).global("env", "stack", 100).build();
				SandboxSession first = sandbox.openSession();
				SandboxSession second = sandbox.openSession()) {
			first.call("push", int.class, 1);
			assertThat(second.call("stack", int.class)).isEqualTo(100);
			second.call("push", int.class, 50);
			assertThat(first.call("stack", int.class)).isEqualTo(99);
			assertThat(first.call("call_slot", int.class, 3)).isEqualTo(5);
			try (SandboxSession third = sandbox.openSession()) {
				assertThatExceptionOfType(SandboxTrapException.class)
					.isThrownBy(() -> third.call("call_slot", int.class, 3));
			}
		}
	}

	@Test
	void manyThreadsEachSeeWhatTheirOwnCallDid() throws Exception {
		PoolSettings pool = PoolSettings.defaults().withMaxSize(4).withMaxWait(java.time.Duration.ofMinutes(1));
		try (WasmSandbox sandbox = module(MODULE).global("env", "stack", 1_000).pool(pool).build();
				ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			var results = IntStream.range(0, 400)
				.mapToObj((i) -> threads.submit(() -> sandbox.call("push", int.class, i)))
				.toList();
			int expected = 1_000;
			for (Future<Integer> result : results) {
				assertThat(result.get()).isEqualTo(expected--);
			}
		}
	}

	@Test
	void aSnapshotKeepsWhatTheWarmUpLeftInThem() {
		try (WasmSandbox sandbox = module(MODULE).global("env", "stack", 64)
			.snapshot(SnapshotPoint.AFTER_WARM_UP, new WarmUpCall("push", java.util.List.of(4), 2))
			.build()) {
			for (int i = 0; i < 3; i++) {
				assertThat(sandbox.call("call_slot", int.class, 3)).isEqualTo(5);
				assertThat(sandbox.call("push", int.class, 1)).isEqualTo(55);
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "env,missing,1", "env,table,1", "wrong,stack,1", "env,stack,1.5", "env,stack,2147483648",
			"env,function,0", "env,i64,9223372036854775808", "GOT.mem,f32,1e39", "env,f64,1e309" })
	void valuesThatFitNoGlobalAreRefused(String from, String name, BigDecimal value) {
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> module(MODULE).global(from, name, value).build())
			.satisfies((refused) -> assertThat(refused.reason()).isEqualTo(Reason.UNRESOLVED_IMPORTS))
			.withMessageContaining(from + "." + name)
			.withMessageContaining("env.base i32, env.stack i32, env.i64 i64");
	}

	@Test
	void aValueForAModuleWithoutGlobalsIsRefused() {
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> module("(module)").global("env", "x", 1).build())
			.withMessageContaining("env.x")
			.withMessageContaining("imports no globals");
	}

	@ParameterizedTest
	@ValueSource(strings = { "(table 1000001 funcref)", "(table 500000 funcref)) (table 500001 funcref" })
	void importedTablesCountAgainstTheLimit(String table) {
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> module("(module (import \"env\" \"t\" " + table + "))").build())
			.satisfies((refused) -> assertThat(refused.reason()).isEqualTo(Reason.OVER_LIMIT));
	}

	@Test
	void anImportedTableGrowsToItsShareForOneSandboxOnly() {
		String text = """
				(module (import "env" "t" (table 1 funcref)) (table 1 funcref)
				  (func (export "grow") (param i32) (result i32) ref.null func local.get 0 table.grow 0)
				  (func (export "size") (result i32) table.size 0))
				""";
		try (WasmSandbox sandbox = module(text).build()) {
			for (int i = 0; i < 3; i++) {
				assertThat(sandbox.call("size", int.class)).isEqualTo(1);
				assertThat(sandbox.call("grow", int.class, 50_000)).isEqualTo(-1);
				assertThat(sandbox.call("grow", int.class, 49_999)).isEqualTo(1);
			}
		}
	}

	@Test
	void oneNameImportedTwiceIsOneGlobal() {
		String text = """
				(module (import "env" "g" (global (mut i32))) (import "env" "g" (global (mut i32)))
				  (func (export "set") (param i32) (result i32) local.get 0 global.set 0 global.get 1))
				""";
		try (WasmSandbox sandbox = module(text).global("env", "g", 3).build()) {
			assertThat(sandbox.call("set", int.class, 9)).isEqualTo(9);
		}
	}

}
