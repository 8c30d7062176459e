package dev.wasmsandbox;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.guest.BufferMapping;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.memory.BufferAccess;
import dev.wasmsandbox.memory.ZeroCopyBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class BufferMappingTests {

	private static final int PAGE = ZeroCopyBuffer.PAGE;

	private final WasmSandbox sandbox = TestModules.builder("memory_test")
		.pool(new PoolSettings(3, Duration.ZERO))
		.build();

	private final ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(2 * PAGE);

	@AfterEach
	void close() {
		this.buffer.close();
		this.sandbox.close();
	}

	private int word(int index) {
		return this.buffer.view().get(ValueLayout.JAVA_INT, 4L * index);
	}

	private void word(int index, int value) {
		this.buffer.view().set(ValueLayout.JAVA_INT, 4L * index, value);
	}

	private void assertNextLeaseIsClean() {
		for (int i = 0; i < 3; i++) {
			try (SandboxSession session = this.sandbox.openSession()) {
				assertThat(session.call("size", int.class)).isOne();
				assertThat(session.memory().readBytes(0, 65_536)).containsOnly(0);
				assertThat(session.memory().grow(2)).isOne();
				assertThat(session.memory().readBytes(65_536, 2 * 65_536)).containsOnly(0);
			}
		}
	}

	@Test
	void guestAndHostShareABuffer() {
		word(1, 11);
		try (SandboxSession session = this.sandbox.openSession()) {
			try (BufferMapping mapping = session.map(this.buffer, PAGE, BufferAccess.READ_WRITE)) {
				assertThat(mapping.address()).isEqualTo(PAGE);
				assertThat(mapping.buffer()).isSameAs(this.buffer);
				assertThat(mapping.access()).isEqualTo(BufferAccess.READ_WRITE);
				assertThat(session.call("load", int.class, PAGE + 4)).isEqualTo(11);
				session.call("store", void.class, PAGE + 8, 22);
				session.call("grow", int.class, 5);
				session.call("store", void.class, PAGE + 12, 33);
			}
			assertThat(word(2)).isEqualTo(22);
			assertThat(word(3)).isEqualTo(33);
			assertThat(session.call("load", int.class, PAGE + 4)).isZero();
		}
		assertNextLeaseIsClean();
	}

	@Test
	void aGuestSumsAMappedArray() {
		double[] values = new double[100_000];
		for (int i = 0; i < values.length; i++) {
			values[i] = i * 0.5;
		}
		ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
		bytes.asDoubleBuffer().put(values);
		try (ZeroCopyBuffer input = ZeroCopyBuffer.copyOf(bytes.array());
				WasmSandbox arrays = TestModules.builder("process_array").build();
				SandboxSession session = arrays.openSession()) {
			int block = session.call("alloc", int.class, (int) input.mappedSize() + PAGE);
			int address = (block + PAGE - 1) & -PAGE;
			try (BufferMapping mapping = session.map(input, address, BufferAccess.READ_ONLY)) {
				double sum = session.call("sum", double.class, mapping.address(), values.length);
				assertThat(sum).isEqualTo(0.5 * (99_999.0 * 100_000 / 2));
				session.call("scale", void.class, address, values.length, 2.0);
				assertThat(session.memory().readDoubles(address, 3)).containsExactly(0, 1, 2);
			}
			assertThat(input.view().get(ValueLayout.JAVA_DOUBLE, 8)).isEqualTo(0.5);
		}
	}

	@Test
	void writesToAReadOnlyBufferArePrivateToTheSession() {
		word(0, 5);
		try (SandboxSession session = this.sandbox.openSession()) {
			BufferMapping mapping = session.map(this.buffer, 0, BufferAccess.READ_ONLY);
			session.call("store", void.class, 0, 6);
			assertThat(session.call("load", int.class, 0)).isEqualTo(6);
			assertThat(word(0)).isEqualTo(5);
			mapping.unmap();
			mapping.unmap();
			assertThat(session.call("load", int.class, 0)).isZero();
		}
		assertThat(word(0)).isEqualTo(5);
		assertNextLeaseIsClean();
	}

	@Test
	void twoSessionsShareABuffer() {
		try (SandboxSession first = this.sandbox.openSession(); SandboxSession second = this.sandbox.openSession()) {
			BufferMapping mine = first.map(this.buffer, 0, BufferAccess.READ_WRITE);
			first.call("store", void.class, 0, 71);
			if (!this.buffer.isMapped()) {
				mine.unmap();
			}
			second.map(this.buffer, 4 * PAGE, BufferAccess.READ_WRITE);
			assertThat(second.call("load", int.class, 4 * PAGE)).isEqualTo(71);
			assertThatIllegalStateException().isThrownBy(this.buffer::close).withMessageContaining("mapped in");
			mine.unmap();
			assertThatIllegalStateException().isThrownBy(this.buffer::close).withMessageContaining("mapped in 1");
		}
		assertNextLeaseIsClean();
	}

	@Test
	void closingTheSessionUnmapsBeforeTheMemoryIsRestored() {
		for (int round = 0; round < 300; round++) {
			SandboxSession session = this.sandbox.openSession();
			BufferMapping mapping = session.map(this.buffer, 3 * PAGE, BufferAccess.READ_WRITE);
			session.call("fill", void.class, 2 * PAGE, 0x11, 4 * PAGE);
			session.close();
			mapping.unmap();
			assertThat(word(0)).isEqualTo(0x11111111);
			assertThat(word(2 * PAGE / 4 - 1)).isEqualTo(0x11111111);
			this.buffer.view().fill((byte) 0);
		}
		assertNextLeaseIsClean();
	}

	@Test
	void whatCannotBeMappedIsRefused() {
		try (SandboxSession session = this.sandbox.openSession()) {
			refused(() -> session.map(this.buffer, 100, BufferAccess.READ_WRITE), "no multiple of 4096");
			refused(() -> session.map(this.buffer, 65_536, BufferAccess.READ_WRITE), "memory has 65536 bytes");
			refused(() -> session.map(this.buffer, 65_536 - PAGE, BufferAccess.READ_WRITE), "memory has 65536 bytes");
			refused(() -> session.map(this.buffer, -PAGE, BufferAccess.READ_WRITE), "memory has 65536 bytes");
			session.map(this.buffer, 2 * PAGE, BufferAccess.READ_WRITE);
			refused(() -> session.map(this.buffer, PAGE, BufferAccess.READ_WRITE), "another buffer");
			assertThatExceptionOfType(CompletionException.class)
				.isThrownBy(() -> CompletableFuture
					.runAsync(() -> session.map(this.buffer, 8 * PAGE, BufferAccess.READ_WRITE))
					.join())
				.withCauseInstanceOf(IllegalStateException.class);
		}
		try (WasmSandbox without = TestModules.builder("simple_module").build();
				SandboxSession session = without.openSession()) {
			refused(() -> session.map(this.buffer, 0, BufferAccess.READ_WRITE), "memory has 0 bytes");
		}
	}

	private static void refused(ThrowingCallable map, String reason) {
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(map)
			.withMessageContaining("Module '")
			.withMessageContaining(reason);
	}

	@Test
	void nothingIsMappedAfterCloseNorByAnotherThread() {
		SandboxSession session = this.sandbox.openSession();
		BufferMapping mapping = session.map(this.buffer, 0, BufferAccess.READ_WRITE);
		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> CompletableFuture.runAsync(mapping::unmap).join())
			.withCauseInstanceOf(IllegalStateException.class);
		session.close();
		assertThatIllegalStateException().isThrownBy(() -> session.map(this.buffer, 0, BufferAccess.READ_WRITE));
		// A mapping of the past leaves alone what is mapped in the same sandbox later.
		try (SandboxSession next = this.sandbox.openSession()) {
			next.map(this.buffer, 0, BufferAccess.READ_WRITE);
			word(0, 9);
			mapping.unmap();
			assertThat(next.call("load", int.class, 0)).isEqualTo(this.buffer.isMapped() ? 9 : 0);
		}
	}

	@Test
	void aTrapWhileMappedHarmsNothing() {
		try (WasmSandbox traps = TestModules.builder("traps").build()) {
			SandboxSession session = traps.openSession();
			BufferMapping mapping = session.map(this.buffer, PAGE, BufferAccess.READ_WRITE);
			session.memory().writeInt(PAGE, 41);
			assertThatExceptionOfType(SandboxTrapException.class)
				.isThrownBy(() -> session.call("unreachable", void.class));
			assertThat(session.memory().readInt(PAGE)).isEqualTo(41);
			assertThatIllegalStateException().isThrownBy(this.buffer::close);
			session.close();
			assertThat(word(0)).isEqualTo(41);
			mapping.unmap();
			SandboxSession second = traps.openSession();
			second.map(this.buffer, PAGE, BufferAccess.READ_WRITE).unmap();
			assertThatExceptionOfType(SandboxTrapException.class)
				.isThrownBy(() -> second.call("unreachable", void.class));
			second.close();
			assertThat(traps.call("ok", int.class)).isEqualTo(42);
		}
	}

	@Test
	void aMappingCanBeTakenAwayAfterATrap() {
		try (WasmSandbox traps = TestModules.builder("traps").build(); SandboxSession session = traps.openSession()) {
			BufferMapping mapping = session.map(this.buffer, PAGE, BufferAccess.READ_WRITE);
			session.memory().writeInt(PAGE, 41);
			assertThatExceptionOfType(SandboxTrapException.class)
				.isThrownBy(() -> session.call("unreachable", void.class));
			mapping.unmap();
			assertThat(word(0)).isEqualTo(41);
			assertThat(session.memory().readInt(PAGE)).isZero();
		}
	}

	@Test
	void aSessionWhoseThreadDiedIsUnmappedByTheOneThatClosesIt() throws InterruptedException {
		AtomicReference<SandboxSession> left = new AtomicReference<>();
		Thread.ofPlatform().start(() -> {
			SandboxSession session = this.sandbox.openSession();
			session.map(this.buffer, PAGE, BufferAccess.READ_WRITE);
			session.call("store", void.class, PAGE, 8);
			left.set(session);
		}).join();
		assertThatIllegalStateException().isThrownBy(this.buffer::close);
		left.get().close();
		assertThat(word(0)).isEqualTo(8);
		assertNextLeaseIsClean();
	}

	@Test
	void unloadingWhileMappedLeavesTheSessionItsMapping() {
		SandboxSession session = this.sandbox.openSession();
		session.map(this.buffer, PAGE, BufferAccess.READ_WRITE);
		this.sandbox.close();
		session.call("store", void.class, PAGE, 8);
		assertThatIllegalStateException().isThrownBy(this.buffer::close);
		session.close();
		assertThat(word(0)).isEqualTo(8);
	}

	@Test
	void viewsOfTheGuestsMemorySeeTheBufferAndThenTheImage() {
		try (SandboxSession session = this.sandbox.openSession()) {
			MemorySegment view = session.memory().view(PAGE, PAGE);
			view.fill((byte) 1);
			word(0, 3);
			BufferMapping mapping = session.map(this.buffer, PAGE, BufferAccess.READ_WRITE);
			assertThat(view.get(ValueLayout.JAVA_INT_UNALIGNED, 0)).isEqualTo(3);
			mapping.unmap();
			assertThat(view.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
		}
	}

	@Test
	void aHostFunctionCannotMapIntoOrUnmapFromTheRunningGuest() {
		AtomicReference<SandboxSession> running = new AtomicReference<>();
		AtomicReference<BufferMapping> mapped = new AtomicReference<>();
		HostFunction add = HostFunction.of("env", "add", "(i32, i32) -> i32", (context, arguments) -> {
			assertThatIllegalStateException()
				.isThrownBy(() -> running.get().map(this.buffer, 4 * PAGE, BufferAccess.READ_WRITE))
				.withMessageContaining("while a call is running");
			assertThatIllegalStateException().isThrownBy(mapped.get()::unmap)
				.withMessageContaining("while a call is running");
			assertThatIllegalStateException().isThrownBy(running.get()::close);
			assertThatIllegalStateException().isThrownBy(this.buffer::close);
			context.memory().writeInt(PAGE, 55);
			return new long[] { 3 };
		});
		try (WasmSandbox hostCalls = HostCalls.with(add).build(); SandboxSession session = hostCalls.openSession()) {
			running.set(session);
			mapped.set(session.map(this.buffer, PAGE, BufferAccess.READ_WRITE));
			assertThat(session.call("run_add", int.class, 1, 2)).isEqualTo(3);
			mapped.get().unmap();
			assertThat(word(0)).isEqualTo(55);
		}
	}

}
