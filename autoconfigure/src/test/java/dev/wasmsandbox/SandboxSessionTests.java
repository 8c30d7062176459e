package dev.wasmsandbox;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.guest.GuestMemory;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.observe.Outcome;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class SandboxSessionTests {

	@Test
	void callsSeeEachOthersState() {
		try (WasmSandbox state = TestModules.builder("state").build(); SandboxSession session = state.openSession()) {
			session.call("put", void.class, 99L);
			assertThat(session.call("get_global", long.class)).isEqualTo(99);
			assertThat(session.export("increment").callInt()).isEqualTo(1);
			assertThat(session.export("increment").callInt()).isEqualTo(2);
		}
	}

	@Test
	void passesTextThroughTheGuestsMemory() {
		try (WasmSandbox text = TestModules.builder("text").build();
				SandboxSession session = text.openSession("job-7")) {
			assertThat(session.instanceId()).isEqualTo("job-7");
			assertThat(session.moduleName()).isEqualTo("text");
			byte[] input = "Héllo, Wörld!".getBytes(StandardCharsets.UTF_8);
			int address = session.export("alloc").callInt(input.length);
			session.memory().writeBytes(address, input);
			long slug = session.call("slugify", long.class, address, input.length);
			assertThat(session.memory().readString((int) (slug >>> 32), (int) slug)).isEqualTo("hello-world");
			assertThat(session.call("word_count", int.class, address, input.length)).isEqualTo(2);
		}
	}

	@Test
	void readsAndWritesEveryPrimitive() {
		try (WasmSandbox sandbox = TestModules.builder("memory_test").build();
				SandboxSession session = sandbox.openSession()) {
			GuestMemory memory = session.memory();
			memory.writeInt(100, 0x01020304);
			assertThat(session.call("load", int.class, 100)).isEqualTo(0x01020304);
			assertThat(memory.readByte(100)).isEqualTo((byte) 4);
			memory.writeByte(0, (byte) -1);
			memory.writeShort(2, (short) -2);
			memory.writeLong(8, Long.MAX_VALUE);
			memory.writeFloat(16, 1.5f);
			memory.writeDouble(24, Math.E);
			assertThat(memory.readByte(0)).isEqualTo((byte) -1);
			assertThat(memory.readShort(2)).isEqualTo((short) -2);
			assertThat(memory.readLong(8)).isEqualTo(Long.MAX_VALUE);
			assertThat(memory.readFloat(16)).isEqualTo(1.5f);
			assertThat(memory.readDouble(24)).isEqualTo(Math.E);
			assertThat(memory.writeString(200, "äöü")).isEqualTo(6);
			assertThat(memory.readString(200, 6)).isEqualTo("äöü");
			byte[] part = new byte[10];
			memory.readBytes(200, part, 2, 6);
			assertThat(part).startsWith(0, 0).endsWith(0, 0);
		}
	}

	@Test
	void readsAndWritesArraysOfDoubles() {
		try (WasmSandbox arrays = TestModules.builder("process_array").build();
				SandboxSession session = arrays.openSession()) {
			GuestMemory memory = session.memory();
			double[] values = { 1.5, -0.0, Double.NaN, Double.MIN_VALUE, 1e300 };
			int address = session.call("alloc", int.class, 100) + 3;
			memory.writeDoubles(address, values);
			assertThat(memory.readDoubles(address, 5)).containsExactly(values);
			assertThat(memory.readLong(address)).isEqualTo(Double.doubleToRawLongBits(1.5));
			memory.writeDoubles(address, values, 4, 1);
			double[] part = new double[3];
			memory.readDoubles(address, part, 1, 2);
			assertThat(part).containsExactly(0, 1e300, -0.0);
			assertThat(memory.readDoubles((int) memory.size(), 0)).isEmpty();
			for (int[] range : new int[][] { { (int) memory.size() - 15, 2 }, { -8, 1 }, { 0, Integer.MAX_VALUE },
					{ 0, -1 }, { 0, 0x2000_0000 }, { -1, Integer.MIN_VALUE } }) {
				assertThatExceptionOfType(GuestAbiException.class)
					.isThrownBy(() -> memory.readDoubles(range[0], range[1]));
			}
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> memory.writeDoubles((int) memory.size() - 39, values));
			assertThatExceptionOfType(IndexOutOfBoundsException.class)
				.isThrownBy(() -> memory.writeDoubles(0, values, 1, 5));
			assertThatExceptionOfType(IndexOutOfBoundsException.class)
				.isThrownBy(() -> memory.readDoubles(0, values, -1, 1));
		}
	}

	@Test
	void rangesOutsideTheMemoryAreRefused() {
		try (WasmSandbox sandbox = TestModules.builder("memory_test").build();
				SandboxSession session = sandbox.openSession()) {
			GuestMemory memory = session.memory();
			refused(() -> memory.readBytes(65_530, 7));
			refused(() -> memory.readBytes(-1, 1));
			refused(() -> memory.readBytes(0, -1));
			refused(() -> memory.readBytes(Integer.MIN_VALUE, Integer.MIN_VALUE));
			refused(() -> memory.writeBytes(65_536, new byte[1]));
			refused(() -> memory.readInt(65_533));
			refused(() -> memory.writeLong(-8, 1));
			refused(() -> memory.view(65_536, 1));
			refused(() -> memory.readString(0, Integer.MAX_VALUE));
			memory.writeByte(0, (byte) 0xc3);
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> memory.readString(0, 2))
				.withMessageContaining("not valid UTF-8");
			assertThat(memory.readBytes(65_536, 0)).isEmpty();
		}
	}

	private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(call)
			.withMessageContaining("do not lie within the guest's memory of 65536 bytes");
	}

	@Test
	void viewsDieWithTheSessionAndStayPutWhenMemoryGrows() {
		try (WasmSandbox sandbox = TestModules.builder("memory_test").build()) {
			MemorySegment view;
			MemorySegment readOnly;
			try (SandboxSession session = sandbox.openSession()) {
				view = session.memory().view(64, 16);
				readOnly = session.memory().readOnlyView(64, 16);
				session.call("grow", int.class, 50);
				view.set(ValueLayout.JAVA_INT_UNALIGNED, 0, 77);
				assertThat(session.call("load", int.class, 64)).isEqualTo(77);
				assertThat(readOnly.get(ValueLayout.JAVA_INT_UNALIGNED, 0)).isEqualTo(77);
				assertThat(readOnly.isReadOnly()).isTrue();
			}
			assertThatIllegalStateException().isThrownBy(() -> view.get(ValueLayout.JAVA_BYTE, 0));
			assertThatIllegalStateException().isThrownBy(() -> readOnly.get(ValueLayout.JAVA_BYTE, 0));
		}
	}

	@Test
	void exportedGlobalsCanBeRead() {
		try (WasmSandbox sandbox = TestModules.builder("assemblyscript")
			.hostFunction(dev.wasmsandbox.guest.HostFunction.of("env", "abort", "(i32, i32, i32, i32) -> ()",
					(context, arguments) -> null))
			.build(); SandboxSession session = sandbox.openSession()) {
			assertThat(session.global("__rtti_base")).isInstanceOf(Integer.class);
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> session.global("memory"))
				.withMessageContaining("no global 'memory'");
		}
	}

	@Test
	void aSessionOfADeadThreadCanBeClosedByAnother() throws Exception {
		try (WasmSandbox sandbox = TestModules.builder("memory_test").build()) {
			AtomicReference<SandboxSession> left = new AtomicReference<>();
			Thread.ofPlatform().start(() -> {
				SandboxSession session = sandbox.openSession();
				MemorySegment view = session.memory().view(0, 8);
				view.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
				left.set(session);
			}).join();
			assertThat(sandbox.statistics().pool().leased()).isOne();
			left.get().close();
			assertThat(sandbox.statistics().pool().leased()).isZero();
			assertThat(sandbox.call("load8", int.class, 0)).isZero();
		}
	}

	@Test
	void nothingWorksAfterClose() {
		try (WasmSandbox sandbox = TestModules.builder("memory_test").build()) {
			SandboxSession session = sandbox.openSession();
			WasmFunction size = session.export("size");
			GuestMemory memory = session.memory();
			session.close();
			session.close();
			assertThatIllegalStateException().isThrownBy(size::callInt).withMessageContaining("is closed");
			assertThatIllegalStateException().isThrownBy(() -> session.call("size", int.class));
			assertThatIllegalStateException().isThrownBy(() -> session.export("size"));
			assertThatIllegalStateException().isThrownBy(() -> memory.readByte(0));
			assertThatIllegalStateException().isThrownBy(memory::size);
			assertThat(sandbox.statistics().pool().leased()).isZero();
		}
	}

	@Test
	void aSessionBelongsToItsThread() {
		try (WasmSandbox sandbox = TestModules.builder("memory_test").build();
				SandboxSession session = sandbox.openSession()) {
			WasmFunction size = session.export("size");
			assertThatElsewhere(size::callInt);
			assertThatElsewhere(() -> session.memory().readByte(0));
			assertThatElsewhere(session::close);
			assertThat(size.callInt()).isEqualTo(1);
		}
	}

	private static void assertThatElsewhere(Runnable action) {
		assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> CompletableFuture.runAsync(action).join())
			.withCauseInstanceOf(IllegalStateException.class)
			.withMessageContaining("another thread");
	}

	@Test
	void aFailedSessionRunsNoFurtherCallsButCanBeRead() {
		try (WasmSandbox sandbox = TestModules.builder("traps").build();
				SandboxSession session = sandbox.openSession()) {
			session.memory().writeInt(8, 5);
			assertThatExceptionOfType(SandboxTrapException.class)
				.isThrownBy(() -> session.call("unreachable", void.class));
			assertThatIllegalStateException().isThrownBy(() -> session.call("ok", int.class))
				.withMessageContaining("failed before")
				.withCauseInstanceOf(SandboxTrapException.class);
			assertThat(session.memory().readInt(8)).isEqualTo(5);
		}
	}

	@Test
	void successesAreCountedAtClose() {
		try (WasmSandbox sandbox = TestModules.builder("traps").build()) {
			try (SandboxSession session = sandbox.openSession()) {
				WasmFunction ok = session.export("ok");
				for (int i = 0; i < 1_000; i++) {
					ok.callInt();
				}
			}
			assertThat(sandbox.statistics().calls()).containsOnly(java.util.Map.entry(Outcome.SUCCESS, 1_000L));
		}
	}

	@Test
	void sessionsAreApart() {
		try (WasmSandbox sandbox = TestModules.builder("state").pool(new PoolSettings(3, Duration.ZERO)).build();
				SandboxSession first = sandbox.openSession();
				SandboxSession second = sandbox.openSession()) {
			first.call("put", void.class, 1L);
			second.call("put", void.class, 2L);
			assertThat(first.call("get_memory", long.class)).isEqualTo(1);
			assertThat(second.call("get_memory", long.class)).isEqualTo(2);
			assertThat(first.instanceId()).isNotEqualTo(second.instanceId());
		}
	}

	@Test
	void viewsOfAnotherThreadAreRefusedByTheirArena() {
		try (WasmSandbox sandbox = TestModules.builder("memory_test").build();
				SandboxSession session = sandbox.openSession()) {
			MemorySegment view = session.memory().view(0, 8);
			AtomicReference<Throwable> failure = new AtomicReference<>();
			Thread thread = Thread.ofPlatform().start(() -> {
				try {
					view.get(ValueLayout.JAVA_BYTE, 0);
				}
				catch (WrongThreadException ex) {
					failure.set(ex);
				}
			});
			join(thread);
			assertThat(failure.get()).isInstanceOf(WrongThreadException.class);
		}
	}

	private static void join(Thread thread) {
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
