package dev.wasmsandbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.guest.SandboxAllocator;
import dev.wasmsandbox.memory.MemoryBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What holds where the guest allocates, honest or not. */
@ParameterizedClass
@EnumSource(MemoryBackend.class)
class GuestAllocatorTests {

	private final MemoryBackend backend;

	GuestAllocatorTests(MemoryBackend backend) {
		this.backend = backend;
	}

	private WasmSandbox guest(String functions) {
		return WasmSandbox.builder()
			.backend(this.backend)
			.name("guest")
			.callTimeout(Duration.ofMillis(100))
			.source(Wat.assemble("(module (memory (export \"memory\") 2 4) (global $n (mut i32) (i32.const 0)) "
					+ functions + " (func (export \"ok\") (result i32) (i32.const 42)))"))
			.build();
	}

	private static String malloc(String body) {
		return "(func (export \"malloc\") (param i32) (result i32) " + body + ") (func (export \"free\") (param i32))";
	}

	@ParameterizedTest
	@CsvSource({ "(i32.const -1)", "(i32.const -16)", "(i32.const 131072)", "(i32.const 131060)",
			"(i32.const 0x7ffffff0)", "(i32.const 0x80000000)" })
	void anAddressOutsideTheMemoryEndsTheTrust(String answer) {
		distrusted(malloc(answer), 1, "does not lie within its memory of 131072 bytes");
	}

	@ParameterizedTest
	@CsvSource({ "(i32.const 1024)", "(i32.sub (i32.const 2048) (i32.mul (global.get $n) (i32.const 8)))",
			"(i32.add (i32.const 2000) (i32.mul (global.get $n) (i32.const 15)))" })
	void anAddressInALiveBlockEndsTheTrust(String answer) {
		distrusted(malloc("(global.set $n (i32.add (global.get $n) (i32.const 1))) " + answer), 2,
				"overlaps the live block of 16 bytes");
	}

	private void distrusted(String functions, int calls, String why) {
		try (WasmSandbox sandbox = guest(functions)) {
			try (SandboxSession session = sandbox.openSession()) {
				for (int i = 1; i < calls; i++) {
					session.allocateGuestMemory(16);
				}
				assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> session.allocateGuestMemory(16))
					.withMessageContaining("function 'malloc'")
					.withMessageContaining(why);
				assertThatIllegalStateException().isThrownBy(() -> session.call("ok", int.class))
					.withMessageContaining("failed before")
					.withCauseInstanceOf(GuestAbiException.class);
				assertThatIllegalStateException().isThrownBy(() -> session.allocateGuestMemory(16));
			}
			assertThat(sandbox.statistics().pool().idle()).as("it is not used again").isZero();
			assertThat(sandbox.call("ok", int.class)).isEqualTo(42);
		}
	}

	@Test
	void aLieToldToAHostFunctionEndsTheCall() {
		byte[] module = Wat.assemble("(module (import \"env\" \"f\" (func $f)) (memory 1) " + malloc("(i32.const -1)")
				+ " (func (export \"run\") (call $f)))");
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.source(module)
			.hostFunction(HostFunction.of("env", "f", "() -> ()", (context, arguments) -> {
				context.allocator().allocate(16);
				return null;
			}))
			.build(); SandboxSession session = sandbox.openSession()) {
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> session.call("run", void.class))
				.withMessageContaining("does not lie within its memory");
			assertThatIllegalStateException().isThrownBy(() -> session.call("run", void.class))
				.withMessageContaining("failed before");
		}
	}

	@Test
	void zeroMeansNoMemoryAndIsHonest() {
		try (WasmSandbox sandbox = guest(malloc("(i32.const 0)")); SandboxSession session = sandbox.openSession()) {
			assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(() -> session.allocateGuestMemory(16));
			assertThat(session.call("ok", int.class)).isEqualTo(42);
		}
	}

	@Test
	void whatNoMemoryCanHoldIsNotAskedFor() {
		try (WasmSandbox sandbox = guest(malloc("(unreachable)")); SandboxSession session = sandbox.openSession()) {
			assertThatExceptionOfType(SandboxLimitException.class)
				.isThrownBy(() -> session.allocateGuestMemory(262_145));
			assertThat(session.call("ok", int.class)).isEqualTo(42);
			assertThatExceptionOfType(SandboxTrapException.class)
				.isThrownBy(() -> session.allocateGuestMemory(262_144));
		}
	}

	@Test
	void anAllocatorThatTrapsOrLoopsFailsAsAnyCall() {
		try (WasmSandbox sandbox = guest(malloc("(unreachable)")); SandboxSession session = sandbox.openSession()) {
			assertThatExceptionOfType(SandboxTrapException.class).isThrownBy(() -> session.allocateGuestMemory(16));
			assertThatIllegalStateException().isThrownBy(() -> session.allocateGuestMemory(16));
		}
		try (WasmSandbox sandbox = guest(malloc("(loop $l (br $l)) (unreachable)"));
				SandboxSession session = sandbox.openSession()) {
			assertThatExceptionOfType(SandboxTimeoutException.class).isThrownBy(() -> session.allocateGuestMemory(16));
			assertThatIllegalStateException().isThrownBy(() -> session.allocateGuestMemory(16));
		}
	}

	@Test
	void aFreeThatTrapsFailsAsAnyCallAndTheBlockIsGone() {
		String functions = "(func (export \"malloc\") (param i32) (result i32) (i32.const 4096)) "
				+ "(func (export \"free\") (param i32) (unreachable))";
		try (WasmSandbox sandbox = guest(functions); SandboxSession session = sandbox.openSession()) {
			int block = session.allocateGuestMemory(16);
			assertThatExceptionOfType(SandboxTrapException.class)
				.isThrownBy(() -> session.deallocateGuestMemory(block));
			assertThat(session.allocator().statistics().liveBlocks()).isZero();
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "malloc | free | i32 | malloc/free", "alloc | dealloc | i32 i32 | alloc/dealloc",
					"alloc | dealloc | i32 | alloc/dealloc", "allocate | deallocate | i32 | allocate/deallocate",
					"malloc | dealloc | i32 | arena", "malloc | free | i64 | arena",
					"malloc | free | i32 i32 i32 | arena" })
	void pairsAreFoundByNameAndSignature(String allocate, String free, String freed, String strategy) {
		String functions = "(func (export \"" + allocate + "\") (param i32) (result i32) (i32.const 4096)) "
				+ "(func (export \"" + free + "\") (param " + freed + "))";
		try (WasmSandbox sandbox = guest(functions); SandboxSession session = sandbox.openSession()) {
			assertThat(session.allocator().strategy()).isEqualTo(strategy);
			session.deallocateGuestMemory(session.allocateGuestMemory(8));
		}
	}

	@Test
	void blocksChangeHands() {
		try (WasmSandbox sandbox = TestModules.builder("text").backend(this.backend).build();
				SandboxSession session = sandbox.openSession()) {
			SandboxAllocator allocator = session.allocator();
			byte[] text = "Hello World".getBytes(StandardCharsets.UTF_8);
			int address = allocator.allocate(text.length);
			session.memory().writeBytes(address, text);
			long slug = session.call("slugify", long.class, address, text.length);
			allocator.adopt((int) (slug >>> 32), (int) slug);
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> allocator.adopt((int) (slug >>> 32) + 1, 1))
				.withMessageContaining("overlap the live block");
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> allocator.adopt(131_072, 1));
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> allocator.adopt(0, 1));
			assertThat(allocator.statistics().liveBlocks()).isEqualTo(2);
			allocator.deallocate((int) (slug >>> 32));
			allocator.disown(address);
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> allocator.disown(address));
			session.call("dealloc", void.class, address, text.length);
			assertThat(allocator.allocate(text.length)).as("the guest gives it again").isEqualTo(address);
		}
	}

	@Test
	void assemblyScriptKeepsPinnedBlocksAndCollectsTheOthers() {
		try (WasmSandbox sandbox = AllocatorGuests.ASSEMBLYSCRIPT.builder()
			.backend(this.backend)
			.memoryLimit(2 << 20)
			.build(); SandboxSession session = sandbox.openSession()) {
			SandboxAllocator allocator = session.allocator();
			int kept = allocator.allocate(1_000);
			session.memory().writeBytes(kept, SandboxAllocatorTests.pattern(5, 1_000));
			for (int i = 0; i < 500; i++) {
				int block = allocator.allocate(100_000);
				session.memory().writeBytes(block, new byte[100_000]);
				allocator.deallocate(block);
				assertThat(allocator.collectGarbage()).isZero();
			}
			assertThat(session.memory().readBytes(kept, 1_000)).isEqualTo(SandboxAllocatorTests.pattern(5, 1_000));
			allocator.deallocate(kept);
		}
	}

	@Test
	void aGuestThatTakesNothingBackGetsTheSameBlocksAskedForAgain() {
		try (WasmSandbox sandbox = AllocatorGuests.REALLOC.builder().backend(this.backend).memoryLimit(2 << 20).build();
				SandboxSession session = sandbox.openSession()) {
			for (int i = 0; i < 1_000; i++) {
				int first = session.allocateGuestMemory(33_000 + i);
				int second = session.allocateGuestMemory(100);
				session.deallocateGuestMemory(first);
				session.deallocateGuestMemory(second);
			}
			assertThat(session.memory().size()).isLessThanOrEqualTo(3 * 65_536);
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> session.allocator().adopt(65_536, 8))
				.withMessageContaining("no function that frees");
		}
	}

}
