package dev.wasmsandbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

import dev.wasmsandbox.abi.LargeData;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.guest.AllocationScope;
import dev.wasmsandbox.guest.GuestMemory;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.guest.SandboxAllocator;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.memory.BufferAccess;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.memory.ZeroCopyBuffer;
import dev.wasmsandbox.wasi.WasiSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What leases tell of the blocks and bytes that the host moved, all of it, on each
 * backend.
 */
@ParameterizedClass
@EnumSource(MemoryBackend.class)
class WorkOfLeasesTests {

	/** {@code memory_test} has no allocator of its own, the others have. */
	private static final String WITHOUT_ALLOCATOR = "memory_test";

	private final MemoryBackend backend;

	private final ToldWork told = new ToldWork();

	private final WasmSandboxes sandboxes;

	WorkOfLeasesTests(MemoryBackend backend) {
		this.backend = backend;
		this.sandboxes = WasmSandboxes.builder().backend(backend).workObserver((_, _) -> this.told).build();
	}

	@AfterEach
	void close() {
		this.sandboxes.close();
	}

	private static ModuleDefinition.Builder module(String fixture) {
		return ModuleDefinition.named("m")
			.source(TestModules.source(fixture))
			.limits(SandboxLimits.defaults().withMemoryBytes(64 << 20).withCallTimeout(Duration.ofSeconds(30)))
			.pool(new PoolSettings(1, Duration.ZERO));
	}

	private WasmSandbox load(String fixture) {
		return this.sandboxes.load(module(fixture).build());
	}

	@ParameterizedTest
	@ValueSource(strings = { WITHOUT_ALLOCATOR, "abi_c", "text" })
	void blocksAreToldWhenTheLeaseEnds(String fixture) {
		WasmSandbox sandbox = load(fixture);
		try (SandboxSession session = sandbox.openSession()) {
			SandboxAllocator allocator = session.allocator();
			allocator.deallocate(allocator.allocate(100));
			allocator.allocate(0);
			session.deallocateGuestMemory(session.allocateGuestMemory(1_000));
			try (AllocationScope scope = allocator.openScope()) {
				scope.allocate(20);
				try (AllocationScope inner = allocator.openScope()) {
					inner.allocate(30_000);
				}
			}
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> allocator.allocate(-1));
			assertThat(this.told.blocks()).isZero();
		}
		assertThat(this.told.blocks()).isEqualTo(5);
		assertThat(this.told.blockBytes()).isEqualTo(100 + 1 + 1_000 + 20 + 30_000);
		try (SandboxSession session = sandbox.openSession()) {
			assertThat(session.allocateGuestMemory(7)).isPositive();
		}
		assertThat(this.told.blocks()).as("of the second lease only one more").isEqualTo(6);
		assertThat(this.told.bytesIn() + this.told.bytesOut()).isZero();
	}

	@Test
	void whatTheGuestGivesAwayIsNoBlockOfTheHosts() {
		try (SandboxSession session = load("abi_c").openSession()) {
			session.allocator().adopt(session.call("malloc", int.class, 64), 64);
		}
		assertThat(this.told.blocks()).isZero();
	}

	@Test
	void oneOf127BlocksIsTimed() {
		WasmSandbox sandbox = load(WITHOUT_ALLOCATOR);
		try (SandboxSession session = sandbox.openSession()) {
			for (int i = 0; i < 127; i++) {
				session.allocator().allocate(16);
			}
			assertThat(this.told.timed()).as("the first one of a sandbox").isEqualTo(1);
			session.allocator().allocate(16);
			assertThat(this.told.timed()).isEqualTo(2);
		}
		for (int lease = 0; lease < 126; lease++) {
			try (SandboxSession session = sandbox.openSession();
					AllocationScope scope = session.allocator().openScope()) {
				scope.allocate(16);
			}
		}
		assertThat(this.told.timed()).as("leases of one block each").isEqualTo(2);
		try (SandboxSession session = sandbox.openSession(); AllocationScope scope = session.allocator().openScope()) {
			scope.allocate(16);
		}
		assertThat(this.told.timed()).isEqualTo(3);
		assertThat(this.told.timedNanos()).isPositive();
		assertThat(this.told.blocks()).isEqualTo(127 + 1 + 126 + 1);
	}

	@Test
	void bytesAreToldByDirection() {
		try (SandboxSession session = load(WITHOUT_ALLOCATOR).openSession()) {
			GuestMemory memory = session.memory();
			memory.writeBytes(0, new byte[100]);
			memory.writeBytes(0, new byte[100], 10, 5);
			assertThat(memory.writeString(0, "grüße")).isEqualTo(7);
			memory.writeDoubles(0, new double[10]);
			memory.writeDoubles(0, new double[10], 4, 2);
			memory.readBytes(0, 1_000);
			memory.readBytes(0, new byte[100], 0, 50);
			assertThat(memory.readString(200, 8)).hasSize(8);
			memory.readDoubles(0, 20);
			memory.readDoubles(0, new double[10], 9, 1);
			// None of these is a copy of many bytes.
			memory.writeInt(0, 1);
			assertThat(memory.readLong(8)).isZero();
			memory.view(0, 1_000).fill((byte) 1);
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> memory.writeBytes(-1, new byte[100]));
			assertThat(this.told.bytesIn()).as("before the lease has ended").isZero();
		}
		assertThat(this.told.bytesIn()).isEqualTo(100 + 5 + 7 + 80 + 16);
		assertThat(this.told.bytesOut()).isEqualTo(1_000 + 50 + 8 + 160 + 8);
		assertThat(this.told.bytesMapped()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "abi_c", "abi_rust", "abi_wat", "abi_cabi", "abi_as" })
	void typedCallsMoveTheirValues(String fixture) {
		WasmSandbox sandbox = load(fixture);
		assertThat(sandbox.call("echo_bytes", byte[].class, new byte[1_000])).hasSize(1_000);
		assertThat(this.told.bytesIn()).isEqualTo(1_000);
		assertThat(this.told.bytesOut()).isEqualTo(1_000);
		assertThat(this.told.blocks()).isPositive();
		assertThat(this.told.blockBytes()).isBetween(1_000L, 1_100L);
		long blocks = this.told.blocks();
		try (SandboxSession session = sandbox.openSession()) {
			for (int i = 0; i < 9; i++) {
				assertThat(session.callWithLargeData("sum_doubles", double.class, new double[] { 1, 2, 3 }))
					.isEqualTo(6);
			}
			assertThat(this.told.bytesIn()).isEqualTo(1_000);
		}
		assertThat(this.told.bytesIn()).isEqualTo(1_000 + 9 * 24);
		assertThat(this.told.bytesOut()).isEqualTo(1_000);
		assertThat(this.told.blocks()).isGreaterThanOrEqualTo(blocks + 9);
	}

	@Test
	void aResultThatIsReadInPlaceIsNoCopy() {
		long length = load("abi_c").callWithLargeData("echo_bytes", byte[].class, (view) -> view.byteSize(),
				new byte[1_000]);
		assertThat(length).isEqualTo(1_000);
		assertThat(this.told.bytesIn()).isEqualTo(1_000);
		assertThat(this.told.bytesOut()).isZero();
	}

	/** Where memory is copied instead of mapped, mapping a buffer is a copy. */
	@Test
	void buffersThatAreMappedAreNotCopied() {
		boolean copied = this.backend == MemoryBackend.PORTABLE;
		int size = 100_000;
		WasmSandbox sandbox = load("abi_c");
		try (ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(size)) {
			try (SandboxSession session = sandbox.openSession()) {
				int address = (session.allocateGuestMemory(4 * size) + 4_095) & -4_096;
				session.map(buffer, address, BufferAccess.READ_ONLY).close();
				session.map(buffer, address, BufferAccess.READ_WRITE);
			}
			assertThat(this.told.bytesMapped()).isEqualTo(copied ? 0 : 2 * size);
			assertThat(this.told.bytesIn()).isEqualTo(copied ? 2 * size : 0);
			assertThat(this.told.bytesOut()).isEqualTo(copied ? size : 0);
			assertThat(sandbox.callWithLargeData("sum_bytes", int.class, LargeData.bytes(buffer).writable())).isZero();
			assertThat(this.told.bytesMapped()).isEqualTo(copied ? 0 : 3 * size);
			assertThat(this.told.bytesIn()).isEqualTo(copied ? 3 * size : 0);
		}
	}

	@Test
	void hostFunctionsMoveBytesOfTheLeaseTheyServe() {
		WasmSandbox sandbox = this.sandboxes.load(module("host_calls")
			.hostFunction(HostFunction.of("env", "log", "(i32, i32) -> ()", (context, arguments) -> {
				context.memory().readString((int) arguments[0], (int) arguments[1]);
				context.memory().writeBytes(0, new byte[10]);
				context.allocator().allocate(100);
				return null;
			}))
			.hostFunction(HostFunction.of("env", "add", "(i32, i32) -> i32", (context, arguments) -> new long[1]))
			.hostFunction(HostFunction.of("env", "scale", "(f64) -> f64", (context, arguments) -> arguments))
			.hostFunction(HostFunction.of("env", "now", "() -> i64", (context, arguments) -> new long[1]))
			.build());
		sandbox.call("run_log", void.class);
		assertThat(this.told.bytesOut()).isPositive();
		assertThat(this.told.bytesIn()).isEqualTo(10);
		assertThat(this.told.blocks()).isEqualTo(1);
	}

	@Test
	void callsThatFailAreToldToo() {
		WasmSandbox sandbox = load("traps");
		try (SandboxSession session = sandbox.openSession()) {
			session.memory().writeBytes(0, new byte[10]);
			assertThatExceptionOfType(SandboxTrapException.class)
				.isThrownBy(() -> session.call("unreachable", void.class));
			assertThat(session.memory().readBytes(0, 20)).hasSize(20);
		}
		assertThat(this.told.bytesIn()).isEqualTo(10);
		assertThat(this.told.bytesOut()).isEqualTo(20);
		assertThat(sandbox.call("ok", int.class)).isNotNull();
		assertThat(this.told.bytesIn()).as("nothing of it is told of the next lease").isEqualTo(10);
	}

	@Test
	void programsAndPlugInsHaveTheirInputAndOutputCounted() {
		byte[] text = "a text that is passed".getBytes(StandardCharsets.UTF_8);
		WasmSandbox program = this.sandboxes
			.load(module("command_c").wasi(WasiSettings.builder().maxOutput(1 << 20).build()).build());
		assertThat(program.call("_start", byte[].class, text, "echo")).isEqualTo(text);
		// Arguments go in too, and WASI's own records.
		assertThat(this.told.bytesIn()).isBetween((long) text.length, text.length + 200L);
		assertThat(this.told.bytesOut()).isEqualTo(text.length);
		program.close();
		long before = this.told.bytesIn();
		assertThat(load("extism_c").call("echo", byte[].class, text)).isEqualTo(text);
		assertThat(this.told.bytesIn()).isEqualTo(before + text.length);
		assertThat(this.told.bytesOut()).isEqualTo(2L * text.length);
	}

	/** After a trap a sandbox is discarded. */
	private static void trap(WasmSandbox sandbox) {
		assertThatExceptionOfType(SandboxTrapException.class).isThrownBy(() -> sandbox.call("unreachable", void.class));
	}

	@Test
	void sandboxesThatAreMadeAheadAreNotAwaited() {
		WasmSandbox sandbox = this.sandboxes
			.load(module("traps").pool(new PoolSettings(4, Duration.ofSeconds(10)).withMinIdle(2)).build());
		assertThat(this.told.coldStarts()).isEqualTo(2);
		assertThat(this.told.awaited()).as("whoever loads a module waits for its first one").isEqualTo(1);
		for (int i = 0; i < 10; i++) {
			trap(sandbox);
			sandbox.pool().warmUp();
		}
		assertThat(this.told.coldStarts()).isEqualTo(2 + 10);
		assertThat(this.told.awaited()).isEqualTo(1);
	}

	@Test
	void withoutIdleSandboxesTheNextCallerWaits() {
		WasmSandbox sandbox = load("traps");
		assertThat(sandbox.call("ok", int.class)).isNotNull();
		assertThat(this.told.coldStarts()).as("the one of loading is idle").isEqualTo(1);
		for (int i = 0; i < 10; i++) {
			trap(sandbox);
		}
		assertThat(this.told.coldStarts()).isEqualTo(10);
		assertThat(this.told.awaited()).isEqualTo(10);
	}

}
