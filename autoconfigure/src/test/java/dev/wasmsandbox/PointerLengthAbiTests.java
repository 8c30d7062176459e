package dev.wasmsandbox;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.AbiMismatchException;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxTrapException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Who owns which block; the rest is in {@link AbiContractTests}. */
class PointerLengthAbiTests {

	/** Its free traps at what is not live; it never gives an address twice. */
	private static final byte[] STRICT = Wat.assemble(
			"""
					(module (memory (export "memory") 4)
					  (global $top (mut i32) (i32.const 1024))
					  (global $live (mut i32) (i32.const 0))
					  (func $malloc (export "malloc") (param $size i32) (result i32)
					    (i32.store (global.get $top) (i32.const 1))
					    (global.set $live (i32.add (global.get $live) (i32.const 1)))
					    (global.set $top (i32.add (global.get $top) (i32.and (i32.add (local.get $size) (i32.const 23)) (i32.const -8))))
					    (i32.sub (global.get $top) (i32.and (i32.add (local.get $size) (i32.const 15)) (i32.const -8))))
					  (func (export "free") (param $block i32)
					    (if (i32.ne (i32.load (i32.sub (local.get $block) (i32.const 8))) (i32.const 1)) (then (unreachable)))
					    (global.set $live (i32.sub (global.get $live) (i32.const 1)))
					    (i32.store (i32.sub (local.get $block) (i32.const 8)) (i32.const 0)))
					  (func (export "live") (result i32) (global.get $live))
					  (func (export "itself") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))
					  (func (export "rest") (param i32 i32) (result i32 i32)
					    (i32.add (local.get 0) (i32.const 2)) (i32.sub (local.get 1) (i32.const 2)))
					  (func (export "none") (param i32 i32) (result i32 i32) (i32.const 8) (i32.const 0))
					  (func (export "at") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))
					  (func (export "trap") (param i32 i32) (result i32 i32) (unreachable))
					  (func (export "keep") (param i32 i32) (result i32 i32)
					    (memory.fill (local.get 0) (i32.const 0) (local.get 1)) (call $malloc (i32.const 3)) (i32.const 3)))
					""");

	@Test
	void aResultInAnArgumentsBlockIsNotFreedTwice() {
		try (WasmSandbox sandbox = WasmSandbox.builder().source(STRICT).build();
				SandboxSession session = sandbox.openSession()) {
			assertThat(session.call("itself", String.class, "the same")).isEqualTo("the same");
			assertThat(session.call("rest", String.class, "a part")).isEqualTo("part");
			assertThat(session.call("rest", String.class, "ab")).isEmpty();
			assertThat(session.call("itself", String.class, "")).isEmpty();
			assertThat(session.call("none", String.class, "x")).isEmpty();
			assertThat(session.call("keep", byte[].class, "x")).hasSize(3);
			assertThat(session.call("live", int.class)).isZero();
		}
	}

	@Test
	void aResultInABlockOfTheSessionStaysTheSessions() {
		try (WasmSandbox sandbox = WasmSandbox.builder().source(STRICT).build();
				SandboxSession session = sandbox.openSession()) {
			int block = session.allocateGuestMemory(16);
			session.memory().writeString(block, "session");
			assertThat(session.call("at", String.class, block, 7)).isEqualTo("session");
			assertThat(session.call("at", String.class, block + 2, 3)).isEqualTo("ssi");
			session.deallocateGuestMemory(block);
			assertThat(session.call("live", int.class)).isZero();
		}
	}

	@Test
	void afterATrapNothingMoreIsCalled() {
		try (WasmSandbox sandbox = WasmSandbox.builder().source(STRICT).build();
				SandboxSession session = sandbox.openSession()) {
			assertThatExceptionOfType(SandboxTrapException.class)
				.isThrownBy(() -> session.call("trap", String.class, "x"))
				.satisfies((ex) -> assertThat(ex.getSuppressed()).isEmpty());
			assertThatIllegalStateException().isThrownBy(() -> session.call("itself", String.class, "x"));
		}
	}

	@Test
	void withoutAnAllocatorArgumentsLieInTheArenaIfThatIsAskedFor() {
		byte[] module = Wat.assemble("""
				(module (memory (export "memory") 1)
				  (func (export "count") (param i32 i32) (result i32) (local.get 1))
				  (func (export "first") (param i32 i32) (result i32) (i32.load8_u (local.get 0)))
				  (func (export "itself") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1)))
				""");
		try (WasmSandbox numeric = WasmSandbox.builder().source(module).build()) {
			assertThat(numeric.info().abi()).isEqualTo("numeric");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> numeric.call("count", int.class, "text"));
		}
		try (WasmSandbox sandbox = WasmSandbox.builder().source(module).abi("pointer-length").build();
				SandboxSession session = sandbox.openSession()) {
			assertThat(session.call("count", int.class, "four")).isEqualTo(4);
			assertThat(session.call("first", int.class, "A")).isEqualTo('A');
			assertThat(session.call("itself", String.class, "in the arena")).isEqualTo("in the arena");
			assertThat(session.call("itself", String.class, "")).isEmpty();
			assertThat(session.allocator().statistics().liveBlocks()).isZero();
		}
	}

	@Test
	void aModuleWithoutAMemoryIsToldToHaveOne() {
		byte[] module = Wat.assemble("(module (func (export \"f\") (param i32 i32) (result i32) (local.get 1)))");
		assertThatExceptionOfType(AbiMismatchException.class)
			.isThrownBy(WasmSandbox.builder().source(module).abi("pointer-length")::build)
			.withMessageContaining("lacks a memory");
	}

}
