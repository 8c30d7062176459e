package dev.wasmsandbox;

import java.time.Duration;
import java.util.List;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SnapshotPoint;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SnapshotTests {

	/** Counts its starts through the host, if it is given a counter. */
	private static final String MODULE = """
			(module
			  (import "env" "tick" (func $tick (result i32)))
			  (memory (export "memory") 1 10)
			  (table $t 4 funcref)
			  (elem $functions func $five $six)
			  (data $passive "segment")
			  (global $g (mut i64) (i64.const 1))
			  (func $five (result i32) i32.const 5)
			  (func $six (result i32) i32.const 6)
			  (func $start
			    (global.set $g (i64.const 20))
			    (drop (memory.grow (i32.const 1)))
			    (i32.store (i32.const 70000) (call $tick))
			    (table.init $t $functions (i32.const 0) (i32.const 0) (i32.const 2))
			    (memory.init $passive (i32.const 100) (i32.const 0) (i32.const 7))
			    data.drop $passive
			    elem.drop $functions)
			  (func (export "add") (param i64) (result i64)
			    (global.set $g (i64.add (global.get $g) (local.get 0))) global.get $g)
			  (func (export "ticks") (result i32) (i32.load (i32.const 70000)))
			  (func (export "pages") (result i32) memory.size)
			  (func (export "slot") (param i32) (result i32) (call_indirect $t (result i32) (local.get 0)))
			  (func (export "swap") (table.set $t (i32.const 0) (ref.func $six)))
			  (func (export "text") (result i64) (i64.load (i32.const 100)))
			  (func (export "init") (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 1)))
			  (func (export "spin") (loop br 0))
			  (elem declare func $six)
			  (start $start))
			""";

	private int ticks;

	private SandboxBuilder builder(boolean safe) {
		HostFunction tick = HostFunction.of("env", "tick", "() -> i32", (context, arguments) -> {
			this.ticks++;
			return new long[] { this.ticks };
		});
		return WasmSandbox.builder()
			.name("snap")
			.source(Wat.assemble(MODULE))
			.callTimeout(Duration.ofMillis(200))
			.hostFunction(safe ? tick.safeForSnapshot() : tick);
	}

	@Test
	void withoutASnapshotEverySandboxStartsItself() {
		try (WasmSandbox sandbox = builder(false).build()) {
			int before = sandbox.call("ticks", int.class);
			assertThat(sandbox.call("ticks", int.class)).isEqualTo(before + 1);
			checkStarted(sandbox, 20);
		}
	}

	@Test
	void afterStartTheStartFunctionHasRunOnceForAll() {
		try (WasmSandbox sandbox = builder(true).snapshot(SnapshotPoint.AFTER_START).build()) {
			assertThat(this.ticks).isOne();
			checkStarted(sandbox, 20);
			for (int i = 0; i < 200; i++) {
				assertThat(sandbox.call("ticks", int.class)).isOne();
				assertThat(sandbox.call("add", long.class, 1L)).isEqualTo(21);
			}
			assertThat(this.ticks).isOne();
		}
	}

	@Test
	void afterWarmUpItsCallsAreInTheStateOfEverySandbox() {
		try (WasmSandbox sandbox = builder(true)
			.snapshot(SnapshotPoint.AFTER_WARM_UP, new WarmUpCall("add", List.of(5), 3))
			.build()) {
			checkStarted(sandbox, 35);
		}
	}

	@Test
	void sandboxesKeptReadyStartWithTheSnapshotToo() {
		try (WasmSandbox sandbox = builder(true).pool(PoolSettings.defaults().withMinIdle(3))
			.snapshot(SnapshotPoint.AFTER_WARM_UP, new WarmUpCall("add", List.of(5), 3))
			.build()) {
			assertThat(sandbox.statistics().pool().idle()).isEqualTo(3);
			checkStarted(sandbox, 35);
		}
	}

	/** Each of these in several sandboxes, and again after they were restored. */
	private static void checkStarted(WasmSandbox sandbox, long global) {
		for (int round = 0; round < 3; round++) {
			try (SandboxSession first = sandbox.openSession(); SandboxSession second = sandbox.openSession()) {
				for (SandboxSession session : List.of(first, second)) {
					assertThat(session.call("add", long.class, 0L)).isEqualTo(global);
					assertThat(session.call("pages", int.class)).isEqualTo(2);
					assertThat(session.memory().readString(100, 7)).isEqualTo("segment");
					assertThat(session.call("slot", int.class, 0)).isEqualTo(5);
					assertThat(session.call("slot", int.class, 1)).isEqualTo(6);
					session.call("swap", void.class);
					assertThat(session.call("slot", int.class, 0)).isEqualTo(6);
					session.call("add", long.class, 1_000L);
					session.memory().writeString(100, "changed");
					assertThatExceptionOfType(dev.wasmsandbox.error.SandboxTrapException.class)
						.isThrownBy(() -> session.call("init", void.class));
				}
			}
		}
	}

	@Test
	void aSnapshotThatSawTheHostIsRefused() {
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> builder(false).snapshot(SnapshotPoint.AFTER_START).build())
			.withMessageContaining("the snapshot is refused")
			.withMessageContaining("env.tick was called")
			.withMessageContaining("safeForSnapshot()");
		assertThat(this.ticks).isZero();
	}

	@Test
	void aSnapshotOfGrowingTablesIsRefused() {
		byte[] growing = Wat.assemble("""
				(module (table $t 1 funcref)
				  (func (export "grow") (result i32) (table.grow $t (ref.null func) (i32.const 1))))
				""");
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> WasmSandbox.builder().source(growing).snapshot(SnapshotPoint.AFTER_START).build())
			.withMessageContaining("its code grows tables");
	}

	@Test
	void warmUpCallsAreCheckedAndLimited() {
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(
					() -> builder(true).snapshot(SnapshotPoint.AFTER_WARM_UP, new WarmUpCall("nothing", List.of(), 1))
						.build())
			.withMessageContaining("no such function is exported")
			.withCauseInstanceOf(GuestAbiException.class)
			.satisfies((ex) -> assertThat(ex.property()).contains("warm-up[0].function"));
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(
					() -> builder(true).snapshot(SnapshotPoint.AFTER_WARM_UP, new WarmUpCall("add", List.of(1, 2), 1))
						.build())
			.withMessageContaining("was given 2")
			.withMessageContaining("with the arguments [1, 2]")
			.satisfies((ex) -> assertThat(ex.property()).contains("warm-up[0].arguments"));
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> builder(true).snapshot(SnapshotPoint.AFTER_WARM_UP, new WarmUpCall("spin", List.of(), 1))
				.build())
			.withMessageContaining("a warm-up call failed")
			.withCauseInstanceOf(SandboxTimeoutException.class)
			.satisfies((ex) -> assertThat(ex.property()).contains("warm-up[0]"));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> builder(true).snapshot(SnapshotPoint.AFTER_WARM_UP).build())
			.withMessageContaining("need each other");
		assertThatIllegalArgumentException().isThrownBy(() -> new WarmUpCall("add", List.of(), 0));
	}

}
