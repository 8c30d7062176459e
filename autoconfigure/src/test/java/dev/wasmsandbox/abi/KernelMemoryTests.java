package dev.wasmsandbox.abi;

import java.util.concurrent.atomic.AtomicLong;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

import dev.wasmsandbox.error.SandboxLimitException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The memory of Extism's host against a model, and against addresses made up by guests.
 */
class KernelMemoryTests {

	private static final long[] WRONG = { 0, 1, 15, -1, -8, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 7,
			1L << 32, (1L << 32) + 16, 0xffff_ffffL, Integer.MAX_VALUE, Integer.MIN_VALUE };

	private static KernelMemory memory(long limit) {
		return new KernelMemory(limit, (_) -> {
		});
	}

	@Test
	void blocksNeverOverlapAndKeepWhatIsInThem() {
		for (int seed = 0; seed < 20; seed++) {
			play(new Random(seed), memory(1 << 20));
		}
	}

	private static void play(Random random, KernelMemory memory) {
		Map<Long, byte[]> live = new LinkedHashMap<>();
		for (int step = 0; step < 3_000; step++) {
			if (random.nextInt(400) == 0) {
				memory.clear();
				live.clear();
			}
			else if (random.nextInt(5) < 2 && !live.isEmpty()) {
				long address = live.keySet().stream().skip(random.nextInt(live.size())).findFirst().orElseThrow();
				check(memory, address, Objects.requireNonNull(live.remove(address)));
				memory.free(address);
				assertThat(memory.length(address)).isZero();
				memory.free(address);
			}
			else {
				byte[] content = new byte[1 + random.nextInt(1 << random.nextInt(15))];
				random.nextBytes(content);
				long address = memory.put(content);
				if (address > 0) {
					assertThat(live.put(address, content)).isNull();
				}
			}
		}
		live.forEach((address, content) -> check(memory, address, content));
		assertThat(memory.size()).isLessThanOrEqualTo(1 << 20);
	}

	private static void check(KernelMemory memory, long address, byte[] content) {
		assertThat(memory.length(address)).isEqualTo(content.length);
		assertThat(memory.read(address, content.length)).isEqualTo(content);
	}

	@Test
	void freedBlocksAreUsedAgain() {
		KernelMemory memory = memory(64 << 10);
		for (int i = 0; i < 100_000; i++) {
			long address = memory.allocate(1 + i % 1_000);
			assertThat(address).isPositive();
			memory.free(address);
		}
	}

	@Test
	void theLimitHolds() {
		KernelMemory memory = memory(64 << 10);
		assertThat(memory.allocate((64 << 10) + 1)).isEqualTo(-1);
		assertThat(memory.allocate(Long.MAX_VALUE)).isEqualTo(-1);
		assertThat(memory.allocate(-1)).isEqualTo(-1);
		assertThat(memory.allocate(0)).isZero();
		long all = 0;
		while (memory.allocate(1_000) > 0) {
			all += 1_000;
		}
		assertThat(all).isBetween(50_000L, 64L << 10);
		memory.clear();
		assertThat(memory.allocate(64 << 10)).isPositive();
	}

	@Test
	void whatLiesOutsideReadsAsZeroAndIsNotWritten() {
		KernelMemory memory = memory(1 << 20);
		for (int round = 0; round < 2; round++) {
			for (long address : WRONG) {
				memory.storeByte(address, (byte) 1);
				memory.storeLong(address, -1);
				memory.free(address);
				assertThat(memory.loadByte(address)).isZero();
				assertThat(memory.loadLong(address)).isZero();
				assertThat(memory.length(address)).isZero();
				assertThat(memory.contains(address, 1)).isFalse();
			}
			byte[] content = { 1, 2, 3 };
			long address = memory.put(content);
			assertThat(memory.contains(address, -1)).isFalse();
			assertThat(memory.contains(address, Long.MAX_VALUE)).isFalse();
			assertThat(memory.length(address + 1)).isZero();
			assertThat(memory.length(address + 16)).isZero();
			assertThat(memory.loadLong(address + 9)).isZero();
			assertThat(memory.loadByte(address + 1)).isEqualTo(2);
			assertThat(memory.read(address, 3)).isEqualTo(content);
		}
	}

	@Test
	void numbersAreLittleEndian() {
		KernelMemory memory = memory(1 << 20);
		long address = memory.allocate(11);
		memory.storeLong(address + 3, 0x0807_0605_0403_0201L);
		assertThat(memory.loadByte(address + 3)).isEqualTo(1);
		assertThat(memory.loadLong(address + 3)).isEqualTo(0x0807_0605_0403_0201L);
	}

	@Test
	void nothingIsLeftAfterClearing() {
		KernelMemory memory = memory(1 << 20);
		byte[] secret = new byte[5_000];
		Arrays.fill(secret, (byte) 7);
		long before = memory.put(secret);
		memory.clear();
		assertThat(memory.length(before)).isZero();
		assertThat(memory.loadByte(before)).isZero();
		long after = memory.allocate(5_000);
		assertThat(memory.read(after, 5_000)).isEqualTo(new byte[5_000]);
	}

	@Test
	void anEmptyRangeIsReadFromAnEmptyMemory() {
		KernelMemory memory = memory(1 << 20);
		assertThat(memory.contains(16, 0)).isTrue();
		assertThat(memory.read(16, 0)).isEmpty();
	}

	@Test
	void whatItTakesIsCountedBeforeItIsTaken() {
		AtomicLong counted = new AtomicLong();
		KernelMemory memory = new KernelMemory(1 << 20, (bytes) -> {
			if (counted.get() + bytes > 600_000) {
				throw new SandboxLimitException("m", null, "limits.total-memory", 600_000, counted.get() + bytes,
						"full", null);
			}
			counted.addAndGet(bytes);
		});
		long first = memory.put(new byte[] { 1, 2, 3 });
		assertThat(counted.get()).isBetween(4_096L, 8_192L);
		long large = memory.allocate(200_000);
		assertThat(counted.get()).isBetween(250_000L, 300_000L);
		for (int i = 0; i < 3; i++) {
			assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(() -> memory.allocate(500_000));
		}
		assertThat(memory.read(first, 3)).containsExactly(1, 2, 3);
		assertThat(memory.length(large)).isEqualTo(200_000);
		long before = counted.get();
		memory.clear();
		assertThat(memory.allocate(200_000)).isPositive();
		assertThat(counted).as("what is there is not taken again").hasValue(before);
	}

}
