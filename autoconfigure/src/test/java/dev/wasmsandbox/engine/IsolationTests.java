package dev.wasmsandbox.engine;

import java.time.Duration;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.TrapKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What instances of one module could share by mistake, and the bulk instructions. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IsolationTests {

	private static final String MODULE = """
			(module
			  (memory (export "memory") 1 1024)
			  (table $t (export "table") 4 100000 funcref)
			  (data $passive "secret")
			  (elem $functions func $five)
			  (func $five (result i32) i32.const 5)
			  (func (export "table_size") (result i32) table.size $t)
			  (func (export "table_grow") (param i32) (result i32) ref.null func local.get 0 table.grow $t)
			  (func (export "table_init") (param i32 i32 i32)
			    local.get 0 local.get 1 local.get 2 table.init $t $functions)
			  (func (export "call_slot") (param i32) (result i32) local.get 0 call_indirect $t (result i32))
			  (func (export "drop_segments") data.drop $passive elem.drop $functions)
			  (func (export "init") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.init $passive)
			  (func (export "fill") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.fill)
			  (func (export "copy") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.copy)
			  (func (export "grow") (param i32) (result i32) local.get 0 memory.grow)
			  (func (export "load8") (param i32) (result i32) local.get 0 i32.load8_u)
			  (func (export "fill_often") (param i32 i32) (local i32)
			    (loop
			      i32.const 0 i32.const 1 local.get 0 memory.fill
			      local.get 2 i32.const 1 i32.add local.tee 2 local.get 1 i32.lt_u br_if 0))
			  (func (export "wrap") (param i32) (result i32) local.get 0 i32.load offset=0xffffffff))
			""";

	private WasmSandbox sandbox;

	@BeforeAll
	void load() {
		this.sandbox = WasmSandbox.builder()
			.name("isolation")
			.source(Wat.assemble(MODULE))
			.callTimeout(Duration.ofMillis(500))
			.build();
	}

	@AfterAll
	void close() {
		this.sandbox.close();
	}

	@Test
	void aGrownTableIsNobodyElses() {
		for (int i = 0; i < 3; i++) {
			assertThat(this.sandbox.call("table_size", int.class)).isEqualTo(4);
			try (SandboxSession session = this.sandbox.openSession()) {
				assertThat(session.call("table_grow", int.class, 1_000)).isEqualTo(4);
				assertThat(session.call("table_size", int.class)).isEqualTo(1_004);
			}
		}
	}

	@Test
	void tableEntriesAreNobodyElses() {
		try (SandboxSession session = this.sandbox.openSession()) {
			session.call("table_init", void.class, 2, 0, 1);
			assertThat(session.call("call_slot", int.class, 2)).isEqualTo(5);
		}
		traps(TrapKind.TABLE_OUT_OF_BOUNDS, "call_slot", 2);
	}

	@Test
	void droppedSegmentsAreDroppedForOneInstance() {
		try (SandboxSession session = this.sandbox.openSession()) {
			session.call("drop_segments", void.class);
			assertThatExceptionOfType(SandboxTrapException.class)
				.isThrownBy(() -> session.call("init", void.class, 0, 0, 1));
		}
		try (SandboxSession session = this.sandbox.openSession()) {
			session.call("init", void.class, 10, 0, 6);
			session.call("table_init", void.class, 0, 0, 1);
			assertThat(session.memory().readString(10, 6)).isEqualTo("secret");
		}
	}

	@Test
	void bulkInstructionsStopAtTheEndAndDoNothingBefore() {
		traps(TrapKind.MEMORY_OUT_OF_BOUNDS, "fill", 65_535, 1, 2);
		traps(TrapKind.MEMORY_OUT_OF_BOUNDS, "fill", 1, 1, -1);
		traps(TrapKind.MEMORY_OUT_OF_BOUNDS, "fill", -1, 1, 2);
		traps(TrapKind.MEMORY_OUT_OF_BOUNDS, "fill", 65_537, 1, 0);
		traps(TrapKind.MEMORY_OUT_OF_BOUNDS, "copy", 0, 65_530, 7);
		traps(TrapKind.MEMORY_OUT_OF_BOUNDS, "copy", 65_530, 0, 7);
		traps(TrapKind.MEMORY_OUT_OF_BOUNDS, "copy", 0, 0, -1);
		traps(TrapKind.MEMORY_OUT_OF_BOUNDS, "init", 65_535, 0, 6);
		traps(TrapKind.MEMORY_OUT_OF_BOUNDS, "init", 0, 1, 6);
		traps(TrapKind.MEMORY_OUT_OF_BOUNDS, "init", 0, -1, 2);
		try (SandboxSession session = this.sandbox.openSession()) {
			session.call("fill", void.class, 65_536, 1, 0);
			session.call("fill", void.class, 65_534, 7, 2);
			assertThat(session.call("load8", int.class, 65_535)).isEqualTo(7);
		}
	}

	@Test
	void effectiveAddressesDoNotWrap() {
		for (int address : new int[] { 0, 1, 5, Integer.MAX_VALUE, Integer.MIN_VALUE, -1 }) {
			traps(TrapKind.MEMORY_OUT_OF_BOUNDS, "wrap", address);
		}
	}

	@Test
	void largeOverlappingCopiesAreRightWhicheverWay() {
		int size = 5 << 20;
		byte[] pattern = new byte[size];
		new java.util.Random(3).nextBytes(pattern);
		for (int shift : new int[] { 1, 70_000, 1_500_000 }) {
			try (SandboxSession session = this.sandbox.openSession()) {
				session.call("grow", int.class, 200);
				session.memory().writeBytes(0, pattern);
				session.call("copy", void.class, shift, 0, size);
				assertThat(session.memory().readBytes(shift, size)).isEqualTo(pattern);
				session.call("copy", void.class, 0, shift, size);
				assertThat(session.memory().readBytes(0, size)).isEqualTo(pattern);
			}
		}
	}

	@Test
	void bulkInstructionsAnswerTheDeadline() {
		try (SandboxSession session = this.sandbox.openSession()) {
			session.call("grow", int.class, 1_000);
			assertThatExceptionOfType(SandboxTimeoutException.class)
				.isThrownBy(() -> session.call("fill_often", void.class, 1_000 * 65_536, Integer.MAX_VALUE));
		}
	}

	private void traps(TrapKind kind, String function, Object... arguments) {
		assertThatExceptionOfType(SandboxTrapException.class)
			.isThrownBy(() -> this.sandbox.call(function, Object[].class, arguments))
			.extracting(SandboxTrapException::kind)
			.isEqualTo(kind);
	}

}
