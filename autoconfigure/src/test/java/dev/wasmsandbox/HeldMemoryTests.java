package dev.wasmsandbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

import dev.wasmsandbox.engine.GuestHelpers;
import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.TrapKind;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.memory.MemoryBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Functions with loops hold the memory's address and size in variables; whatever lets the
 * memory grow meanwhile, they see it, and nothing lets them see more.
 */
class HeldMemoryTests {

	private static final int PAGE = 65_536;

	private static final int TURNS = 30_000;

	private static final String MODULE = """
			(module
			  (import "env" "grow" (func $host))
			  (memory (export "memory") 1 40)
			  (func $grow i32.const 1 memory.grow drop)
			  (func $none)
			  (table funcref (elem $grow $none))
			  (type $void (func))
			  ;; writes where each growth made room, reads it back and adds it up
			  (func (export "grow-here") (param $n i32) (result i32) (local $sum i32) (local $at i32)
			    loop
			      local.get $at i32.const 65536 i32.add local.set $at
			      i32.const 1 memory.grow drop
			      local.get $at local.get $n i32.store offset=8
			      local.get $at i32.load offset=8 local.get $sum i32.add local.set $sum
			      local.get $n i32.const 1 i32.sub local.tee $n br_if 0
			    end
			    local.get $sum)
			  (func (export "grow-below") (param $n i32) (result i32) (local $sum i32) (local $at i32)
			    loop
			      local.get $at i32.const 65536 i32.add local.set $at
			      call $grow
			      local.get $at local.get $n i32.store offset=8
			      local.get $at i32.load offset=8 local.get $sum i32.add local.set $sum
			      local.get $n i32.const 1 i32.sub local.tee $n br_if 0
			    end
			    local.get $sum)
			  (func (export "grow-indirect") (param $n i32) (result i32) (local $sum i32) (local $at i32)
			    loop
			      local.get $at i32.const 65536 i32.add local.set $at
			      i32.const 0 call_indirect (type $void)
			      local.get $at local.get $n i32.store offset=8
			      local.get $at i32.load offset=8 local.get $sum i32.add local.set $sum
			      local.get $n i32.const 1 i32.sub local.tee $n br_if 0
			    end
			    local.get $sum)
			  (func (export "grow-host") (param $n i32) (result i32) (local $sum i32) (local $at i32)
			    loop
			      local.get $at i32.const 65536 i32.add local.set $at
			      call $host
			      local.get $at local.get $n i32.store offset=8
			      local.get $at i32.load offset=8 local.get $sum i32.add local.set $sum
			      local.get $n i32.const 1 i32.sub local.tee $n br_if 0
			    end
			    local.get $sum)
			  ;; reads words from an address upwards, without end
			  (func (export "run") (param $at i32) (result i32) (local $sum i32)
			    loop
			      local.get $at i32.load local.get $sum i32.add local.set $sum
			      local.get $at i32.const 4 i32.add local.set $at
			      br 0
			    end
			    i32.const 0)
			  ;; adds up the first page often
			  (func (export "sum") (param $turns i32) (result i32) (local $at i32) (local $sum i32)
			    loop
			      local.get $at i32.const 65532 i32.and local.tee $at
			      i32.load8_u local.get $sum i32.add local.set $sum
			      local.get $at i32.const 4 i32.add local.set $at
			      local.get $turns i32.const 1 i32.sub local.tee $turns br_if 0
			    end
			    local.get $sum))
			""";

	private static SandboxBuilder builder(MemoryBackend backend) {
		HostFunction grow = HostFunction.of("env", "grow", "() -> ()", (context, arguments) -> {
			context.memory().grow(1);
			return null;
		});
		return WasmSandbox.builder().name("held").source(Wat.assemble(MODULE)).hostFunction(grow).backend(backend);
	}

	@ParameterizedTest
	@EnumSource
	void growthIsSeenByTheLoopItHappensIn(MemoryBackend backend) {
		try (WasmSandbox sandbox = builder(backend).build()) {
			for (int i = 0; i < 300; i++) {
				for (String function : new String[] { "grow-here", "grow-below", "grow-indirect", "grow-host" }) {
					assertThat(sandbox.call(function, int.class, 20)).as(function).isEqualTo(210);
				}
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void nothingIsReachedBeyondTheEnd(MemoryBackend backend) {
		try (WasmSandbox sandbox = builder(backend).build()) {
			for (int i = 0; i < 200; i++) {
				for (int from : new int[] { 0, 2, PAGE - 4, PAGE - 3, PAGE, -4, -1, Integer.MIN_VALUE }) {
					assertThatExceptionOfType(SandboxTrapException.class)
						.isThrownBy(() -> sandbox.call("run", int.class, from))
						.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(TrapKind.MEMORY_OUT_OF_BOUNDS));
				}
				assertThatExceptionOfType(SandboxTrapException.class)
					.isThrownBy(() -> sandbox.call("grow-here", int.class, 41));
			}
		}
	}

	/** The code is shared by all sandboxes; what it holds is not. */
	@ParameterizedTest
	@EnumSource
	void eachSandboxHoldsItsOwn(MemoryBackend backend) {
		try (WasmSandbox sandbox = builder(backend).build();
				SandboxSession ones = sandbox.openSession();
				SandboxSession twos = sandbox.openSession()) {
			fill(ones, (byte) 1);
			fill(twos, (byte) 2);
			for (int i = 0; i < 50; i++) {
				assertThat(ones.call("sum", int.class, TURNS)).isEqualTo(TURNS);
				assertThat(twos.call("sum", int.class, TURNS)).isEqualTo(2 * TURNS);
			}
		}
	}

	private static void fill(SandboxSession session, byte value) {
		byte[] page = new byte[PAGE];
		java.util.Arrays.fill(page, value);
		session.memory().writeBytes(0, page);
	}

	@Test
	void onlyCodeOfGuestsIsLinkedToItsAccesses() {
		MethodType type = MethodType.methodType(int.class, int.class, int.class, Object.class, long.class, long.class);
		assertThatIllegalStateException()
			.isThrownBy(() -> GuestHelpers.linkNear(MethodHandles.lookup(), "memoryReadInt", type));
	}

}
