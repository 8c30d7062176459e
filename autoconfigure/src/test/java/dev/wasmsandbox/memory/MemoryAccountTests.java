package dev.wasmsandbox.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import dev.wasmsandbox.error.SandboxLimitException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

/** What is counted is what there is, it stays within the limit, and all of it ends. */
class MemoryAccountTests {

	private static final long PAGE = 65_536;

	private static final byte[] CONTENT = { 1, 2, 3 };

	private static MemorySlab slab(MemoryBackend backend, MemoryAccount account) {
		assumeThat(backend == MemoryBackend.MAPPED && MemoryBackend.detect() != backend).isFalse();
		MemoryImage image = backend.image(MemorySegment.ofArray(CONTENT), 2 * PAGE);
		return new MemorySlab(backend, image, 16 * PAGE, 8, account);
	}

	/** What a slot with its initial size counts. */
	private static long initial(MemoryBackend backend) {
		return (backend == MemoryBackend.PORTABLE) ? 2 * PAGE : 0;
	}

	@ParameterizedTest
	@EnumSource
	void growthIsCountedUntilTheSlotIsClosed(MemoryBackend backend) {
		MemoryBudget budget = MemoryBudget.unlimited();
		MemoryAccount account = new MemoryAccount("m", budget);
		MemorySlab slab = slab(backend, account);
		long image = budget.counted();
		assertThat(image).isEqualTo((backend == MemoryBackend.PORTABLE) ? CONTENT.length : 4_096);
		MemorySlot slot = slab.take();
		assertThat(account.reserved()).isEqualTo((backend == MemoryBackend.PORTABLE) ? 0 : 8 * 16 * PAGE);
		for (int i = 0; i < 3; i++) {
			slot.open(2 * PAGE);
			assertThat(account.grown()).isEqualTo(initial(backend));
			slot.grow(2 * PAGE, 5 * PAGE);
			slot.grow(5 * PAGE, 6 * PAGE);
			assertThat(account.grown()).isEqualTo(initial(backend) + 4 * PAGE);
			assertThat(budget.counted()).isEqualTo(image + account.grown());
			slot.close(6 * PAGE, ResetStrategy.safe());
			assertThat(budget.counted()).isEqualTo(image);
		}
		slot.open(2 * PAGE);
		slot.grow(2 * PAGE, 3 * PAGE);
		account.measured(slab.residentImageBytes(), 12_345);
		slab.close();
		account.close();
		account.measured(1, 1);
		assertThat(budget.counted()).as("the slot that is out").isEqualTo(initial(backend) + PAGE);
		slot.release();
		slot.release();
		assertThat(budget.counted()).isZero();
		assertThat(account.reserved()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void growthBeyondTheLimitIsRefusedAndCountsNothing(MemoryBackend backend) {
		MemoryBudget budget = MemoryBudget.of(8 * PAGE);
		MemoryAccount account = new MemoryAccount("m", budget);
		MemorySlab slab = slab(backend, account);
		MemorySlot slot = slab.take();
		slot.open(2 * PAGE);
		long before = budget.counted();
		assertThat(slot.grow(2 * PAGE, 16 * PAGE)).isFalse();
		assertThat(budget.counted()).isEqualTo(before);
		assertThat(slot.grow(2 * PAGE, 7 * PAGE)).isTrue();
		slot.release();
		slab.close();
		account.close();
		assertThat(budget.counted()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void aLeaseIsRefusedWhereNothingIsLeft(MemoryBackend backend) {
		MemoryBudget budget = MemoryBudget.of(8 * PAGE);
		MemoryAccount account = new MemoryAccount("m", budget);
		MemorySlab slab = slab(backend, account);
		MemorySlot slot = slab.take();
		account.measured(8 * PAGE, 0);
		assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(() -> slot.open(2 * PAGE))
			.satisfies((refused) -> {
				assertThat(refused.limit()).isEqualTo("limits.total-memory");
				assertThat(refused.value()).isEqualTo(8 * PAGE);
				assertThat(refused.requested()).isGreaterThan(8 * PAGE);
				assertThat(refused.moduleName()).isEqualTo("m");
			})
			.withMessageContaining("wasm.limits.total-memory")
			.withMessageContaining("raise the limit");
		account.measured(0, 0);
		assertThat(slot.open(2 * PAGE)).isTrue();
		slot.release();
		slab.close();
	}

	@Test
	void anImageBeyondTheLimitIsRefusedAndGivenBack() {
		long mappings = MappingBudget.inUse();
		MemoryBudget budget = MemoryBudget.of(2);
		assertThatExceptionOfType(SandboxLimitException.class)
			.isThrownBy(() -> slab(MemoryBackend.detect(), new MemoryAccount("m", budget)));
		assertThat(budget.counted()).isZero();
		assertThat(MappingBudget.inUse()).isEqualTo(mappings);
	}

	@Test
	void idleMemoryIsWantedBackBeforeAnythingIsRefusedAndOnlyThen() {
		MemoryBudget budget = MemoryBudget.of(100);
		MemoryAccount account = new MemoryAccount("m", budget);
		MemoryAccount other = new MemoryAccount("other", budget);
		AtomicInteger asked = new AtomicInteger();
		other.whenIdleIsWanted(() -> 10L * (1 - asked.getAndIncrement() % 2));
		other.measured(0, 60);
		assertThat(account.tryGrow(40)).isTrue();
		assertThat(asked).hasValue(0);
		assertThat(account.tryGrow(50)).isTrue();
		assertThat(asked).hasValue(1);
		assertThat(budget.counted()).isEqualTo(100);
		assertThat(account.tryGrow(10)).isTrue();
		assertThat(asked).hasValue(2);
		assertThat(account.tryGrow(1)).as("nothing idle is counted any more").isFalse();
		assertThat(account.tryGrow(1_000)).isFalse();
		assertThat(asked).hasValue(2);
		account.shrink(100);
		assertThat(budget.counted()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void manyThreadsNeverGoBeyondTheLimitAndEndAtZero(MemoryBackend backend) throws Exception {
		MemoryBudget budget = MemoryBudget.of(20 * PAGE);
		MemoryAccount account = new MemoryAccount("m", budget);
		MemorySlab slab = slab(backend, account);
		account.whenIdleIsWanted(() -> 0);
		AtomicInteger grown = new AtomicInteger();
		AtomicInteger refused = new AtomicInteger();
		try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
			List<Future<?>> all = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				all.add(threads.submit(() -> use(slab, account, grown, refused)));
			}
			for (Future<?> one : all) {
				one.get();
			}
		}
		assertThat(grown).hasPositiveValue();
		assertThat(refused).hasPositiveValue();
		slab.close();
		account.close();
		assertThat(budget.counted()).isZero();
		assertThat(account.grown()).isZero();
		assertThat(account.reserved()).isZero();
	}

	private static void use(MemorySlab slab, MemoryAccount account, AtomicInteger grown, AtomicInteger refused) {
		for (int turn = 0; turn < 300; turn++) {
			MemorySlot slot = slab.take();
			try {
				slot.open(2 * PAGE);
				long to = (3 + ThreadLocalRandom.current().nextInt(13)) * PAGE;
				(slot.grow(2 * PAGE, to) ? grown : refused).incrementAndGet();
				assertThat(account.grown()).isBetween(0L, 20 * PAGE);
				if (turn % 3 == 0) {
					slot.close(16 * PAGE, ResetStrategy.safe());
					account.measured(slab.residentImageBytes(), ThreadLocalRandom.current().nextLong(2 * PAGE));
				}
			}
			catch (SandboxLimitException _) {
				refused.incrementAndGet();
			}
			finally {
				slot.release();
			}
		}
	}

	@Test
	void onlyWrittenPagesAreASlotsOwn() {
		MemorySlab slab = slab(MemoryBackend.MAPPED, MemoryAccount.ofNobody());
		MemorySlot slot = slab.take();
		slot.open(2 * PAGE);
		assertThat(slot.residentBytes()).isZero();
		byte first = AddressSpace.ALL.get(ValueLayout.JAVA_BYTE, slot.base());
		assertThat(first).isEqualTo((byte) 1);
		assertThat(slot.residentBytes()).as("a page that was only read").isZero();
		AddressSpace.ALL.set(ValueLayout.JAVA_BYTE, slot.base(), (byte) 9);
		AddressSpace.ALL.set(ValueLayout.JAVA_BYTE, slot.base() + PAGE, (byte) 9);
		assertThat(slot.residentBytes()).isEqualTo(2 * 4_096);
		assertThat(Residency.ofEntries(slot.base(), 16 * PAGE)).as("as older kernels tell it").isEqualTo(2 * 4_096);
		slot.grow(2 * PAGE, 4 * PAGE);
		AddressSpace.ALL.set(ValueLayout.JAVA_BYTE, slot.base() + 3 * PAGE, (byte) 9);
		assertThat(slot.residentBytes()).isEqualTo(3 * 4_096);
		slot.close(4 * PAGE, ResetStrategy.GIVE_BACK);
		slot.trim();
		assertThat(slot.residentBytes()).isZero();
		slot.release();
		slab.close();
	}

	@Test
	void anImageTakesWhatItsContentTakes() {
		MemorySlab slab = slab(MemoryBackend.MAPPED, MemoryAccount.ofNobody());
		assertThat(slab.residentImageBytes()).isEqualTo(4_096);
		slab.close();
		assertThat(slab.residentImageBytes()).isZero();
	}

	@Test
	void aLimitIsPositive() {
		assertThatIllegalArgumentException().isThrownBy(() -> MemoryBudget.of(0)).withMessageContaining("total-memory");
		assertThat(MemoryBudget.unlimited().limited()).isFalse();
		assertThat(MemoryBudget.of(1).limited()).isTrue();
	}

}
