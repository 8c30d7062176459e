package dev.wasmsandbox;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Function;

import dev.wasmsandbox.abi.LargeData;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.memory.ZeroCopyBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

class LargeDataTests {

	private static WasmSandbox sandbox(String fixture) {
		return WasmSandbox.builder().name(fixture).source(Fixtures.bytes(fixture)).memoryLimit(128L << 20).build();
	}

	private static double[] numbers(int count) {
		double[] numbers = new double[count];
		Arrays.setAll(numbers, (i) -> i + 0.5);
		return numbers;
	}

	private static ZeroCopyBuffer buffer(double... numbers) {
		ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(8L * numbers.length);
		for (int i = 0; i < numbers.length; i++) {
			buffer.view().setAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, i, numbers[i]);
		}
		return buffer;
	}

	private static double sum(int count) {
		return count * (double) count / 2;
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 1_000, 8_191, 8_192, 1_000_000 })
	void arraysAreCopiedAndBuffersAreAsGood(int count) {
		try (WasmSandbox sandbox = sandbox("abi_c"); ZeroCopyBuffer buffer = buffer(numbers(count))) {
			assertThat(sandbox.callWithLargeData("sum_doubles", double.class, numbers(count))).isEqualTo(sum(count));
			assertThat(sandbox.callWithLargeData("sum_doubles", double.class, LargeData.doubles(buffer)))
				.isEqualTo(sum(count));
			try (SandboxSession session = sandbox.openSession()) {
				for (int i = 0; i < 3; i++) {
					assertThat(session.callWithLargeData("sum_doubles", double.class, LargeData.doubles(buffer)))
						.isEqualTo(sum(count));
				}
				assertThat(session.call("live_blocks", int.class)).isZero();
			}
		}
	}

	@Test
	void resultsAreReadInPlace() {
		try (WasmSandbox sandbox = sandbox("abi_c"); SandboxSession session = sandbox.openSession()) {
			double last = session.callWithLargeData("scale_doubles", double[].class,
					(view) -> view.getAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, view.byteSize() / 8 - 1),
					numbers(100_000), 2.0);
			assertThat(last).isEqualTo(2 * 99_999.5);
			assertThat(session.call("live_blocks", int.class)).isZero();
		}
	}

	/** Also where the compiler knows the reader's type: there are two such methods. */
	@Test
	void aReaderMayBeKeptInAVariable() {
		Function<MemorySegment, Long> length = MemorySegment::byteSize;
		try (WasmSandbox sandbox = sandbox("abi_c"); SandboxSession session = sandbox.openSession()) {
			assertThat(sandbox.callWithLargeData("echo_bytes", byte[].class, length, new byte[100])).isEqualTo(100);
			assertThat(session.callWithLargeData("echo_bytes", byte[].class, length, new byte[7])).isEqualTo(7);
			Class<?> anyType = byte[].class;
			long read = session.callWithLargeData("echo_bytes", anyType, MemorySegment::byteSize, new byte[9]);
			assertThat(read).isEqualTo(9);
		}
	}

	@Test
	void aViewEndsWithItsReader() {
		try (WasmSandbox sandbox = sandbox("abi_c"); SandboxSession session = sandbox.openSession()) {
			var escaped = session.callWithLargeData("echo_bytes", byte[].class, (view) -> view, new byte[100]);
			assertThatIllegalStateException().isThrownBy(() -> escaped.get(ValueLayout.JAVA_BYTE, 0));
		}
	}

	@Test
	void aReaderThatFailsLeavesNothing() {
		try (WasmSandbox sandbox = sandbox("abi_c"); SandboxSession session = sandbox.openSession()) {
			assertThatIllegalArgumentException()
				.isThrownBy(() -> session.callWithLargeData("echo_bytes", byte[].class, (_) -> {
					throw new IllegalArgumentException("the reader's own");
				}, new byte[100]));
			assertThat(session.call("live_blocks", int.class)).isZero();
		}
	}

	/** What the guest writes to a buffer it may only read is its own. */
	@Test
	void writesReachTheBufferOnlyWhereTheyMay() {
		try (WasmSandbox sandbox = sandbox("abi_c"); ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(1 << 20)) {
			buffer.view().fill((byte) 7);
			assertThat(sandbox.callWithLargeData("sum_bytes", int.class, buffer)).isEqualTo(7 << 20);
			assertThat(sandbox.callWithLargeData("sum_bytes", int.class, LargeData.bytes(buffer).writable()))
				.isEqualTo(7 << 20);
			assertThat(buffer.view().get(ValueLayout.JAVA_BYTE, 12_345)).isEqualTo((byte) 7);
		}
	}

	/** A sandbox that had a buffer is as clean as any, and the buffer can be closed. */
	@Test
	void nothingOfABufferIsLeftInTheNextCall() {
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.source(Fixtures.bytes("abi_c"))
			.memoryLimit(64L << 20)
			.pool(new PoolSettings(1, Duration.ofSeconds(5)))
			.build()) {
			byte[] clean = block(sandbox);
			for (int i = 1; i < 20; i++) {
				try (ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(1 << 20)) {
					buffer.view().fill((byte) i);
					assertThat(sandbox.callWithLargeData("sum_bytes", int.class, buffer)).isEqualTo(i << 20);
				}
				assertThat(Arrays.equals(block(sandbox), clean)).isTrue();
			}
		}
	}

	/** What a new block has in it: zeroes, and what the guest's allocator notes there. */
	private static byte[] block(WasmSandbox sandbox) {
		try (SandboxSession session = sandbox.openSession()) {
			return session.memory().readBytes(session.allocateGuestMemory(1 << 20), 1 << 20);
		}
	}

	@Test
	void severalBuffersAtOnce() {
		try (WasmSandbox sandbox = sandbox("abi_c");
				ZeroCopyBuffer first = ZeroCopyBuffer.allocate(100_000);
				ZeroCopyBuffer second = ZeroCopyBuffer.allocate(70_000)) {
			first.view().fill((byte) 'a');
			second.view().fill((byte) 'b');
			try (SandboxSession session = sandbox.openSession()) {
				assertThat(session.callWithLargeData("sum_bytes", int.class, first)).isEqualTo('a' * 100_000);
				assertThat(session.callWithLargeData("sum_bytes", int.class, second)).isEqualTo('b' * 70_000);
				byte[] copy = session.callWithLargeData("echo_bytes", byte[].class, first);
				assertThat(copy).hasSize(100_000).containsOnly('a');
			}
		}
	}

	@Test
	void whatCannotBeIsRefused() {
		try (WasmSandbox sandbox = sandbox("abi_c"); ZeroCopyBuffer odd = ZeroCopyBuffer.allocate(100_001)) {
			assertThatIllegalArgumentException().isThrownBy(() -> LargeData.doubles(odd))
				.withMessageContaining("100001");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> sandbox.callWithLargeData("echo_bytes", int.class, (_) -> 1, new byte[3]))
				.withMessageContaining("read in place");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> sandbox.callWithLargeData("nothing_of_the_kind", byte[].class, odd));
		}
	}

	/** After a failure the buffer is free, though the guest's allocator is not asked. */
	@Test
	void aBufferIsFreeAfterAFailure() {
		ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(1 << 20);
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.source(Fixtures.bytes("abi_c"))
			.memoryLimit(128L << 20)
			.fuel(1_000)
			.build()) {
			assertThatExceptionOfType(SandboxLimitException.class)
				.isThrownBy(() -> sandbox.callWithLargeData("sum_bytes", int.class, buffer))
				.withMessageContaining("limits.fuel");
			assertThatNoException().isThrownBy(buffer::close);
		}
	}

}
