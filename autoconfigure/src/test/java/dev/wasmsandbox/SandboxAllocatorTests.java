package dev.wasmsandbox;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.guest.AllocationScope;
import dev.wasmsandbox.guest.AllocatorStatistics;
import dev.wasmsandbox.guest.SandboxAllocator;
import dev.wasmsandbox.memory.MemoryBackend;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What holds for every allocator, whoever allocates. */
@ParameterizedClass
@EnumSource(MemoryBackend.class)
class SandboxAllocatorTests {

	private final MemoryBackend backend;

	SandboxAllocatorTests(MemoryBackend backend) {
		this.backend = backend;
	}

	@ParameterizedTest
	@EnumSource
	void theGuestsAllocatorIsUsedWhereThereIsOne(AllocatorGuests guest) {
		try (WasmSandbox sandbox = guest.builder().backend(this.backend).build();
				SandboxSession session = sandbox.openSession()) {
			assertThat(session.allocator().strategy()).isEqualTo(guest.strategy());
			assertThat(session.allocator()).isSameAs(session.allocator());
		}
	}

	@ParameterizedTest
	@EnumSource
	void blocksOfAllSizesKeepTheirContent(AllocatorGuests guest) {
		try (WasmSandbox sandbox = guest.builder().backend(this.backend).build();
				SandboxSession session = sandbox.openSession()) {
			int[] sizes = { 0, 1, 7, 8, 9, 16, 17, 129, 1_000, 1_024, 4_096, 4_097, 65_536, 100_000 };
			int[] addresses = new int[sizes.length];
			long bytes = 0;
			for (int i = 0; i < sizes.length; i++) {
				addresses[i] = session.allocateGuestMemory(sizes[i]);
				session.memory().writeBytes(addresses[i], pattern(i, sizes[i]));
				bytes += Math.max(1, sizes[i]);
				if (guest.arena()) {
					assertThat(addresses[i] % ((sizes[i] <= 8) ? 8 : 16)).isZero();
				}
			}
			AllocatorStatistics full = session.allocator().statistics();
			assertThat(full.liveBlocks()).isEqualTo(sizes.length);
			assertThat(full.liveBytes()).isEqualTo(bytes).isEqualTo(full.peakBytes());
			for (int i = 0; i < sizes.length; i++) {
				assertThat(session.memory().readBytes(addresses[i], sizes[i])).isEqualTo(pattern(i, sizes[i]));
				session.deallocateGuestMemory(addresses[i]);
			}
			AllocatorStatistics empty = session.allocator().statistics();
			assertThat(empty.liveBlocks()).isZero();
			assertThat(empty.liveBytes()).isZero();
			assertThat(empty.peakBytes()).isEqualTo(bytes);
			assertThat(empty.allocations()).isEqualTo(sizes.length).isEqualTo(empty.deallocations());
		}
	}

	static byte[] pattern(int seed, int length) {
		byte[] bytes = new byte[length];
		for (int i = 0; i < length; i++) {
			bytes[i] = (byte) (seed * 31 + i);
		}
		return bytes;
	}

	@ParameterizedTest
	@EnumSource
	void whatIsNoLiveBlockIsRefusedAndChangesNothing(AllocatorGuests guest) {
		try (WasmSandbox sandbox = guest.builder().backend(this.backend).build();
				SandboxSession session = sandbox.openSession()) {
			int small = session.allocateGuestMemory(100);
			int large = session.allocateGuestMemory(50_000);
			int freed = session.allocateGuestMemory(100);
			session.deallocateGuestMemory(freed);
			AllocatorStatistics before = session.allocator().statistics();
			refused(session, freed, "it was freed before, or never given");
			refused(session, small + 1, "it lies inside the block at " + small);
			refused(session, small + 64, "it lies inside the block at " + small);
			refused(session, large + 1_024, "it lies inside the block at " + large);
			refused(session, large + 49_999, "it lies inside the block at " + large);
			for (int never : new int[] { 0, 8, -1, -16, Integer.MIN_VALUE, Integer.MAX_VALUE, 24 }) {
				refused(session, never, "never given");
			}
			for (int negative : new int[] { -1, Integer.MIN_VALUE }) {
				assertThatExceptionOfType(GuestAbiException.class)
					.isThrownBy(() -> session.allocateGuestMemory(negative))
					.withMessageContaining("cannot have " + negative + " bytes");
			}
			assertThat(session.allocator().statistics()).isEqualTo(before);
			session.deallocateGuestMemory(large);
			session.deallocateGuestMemory(small);
			refused(session, large, "it was freed before, or never given");
			refused(session, small, "it was freed before, or never given");
		}
	}

	private static void refused(SandboxSession session, int address, String why) {
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> session.deallocateGuestMemory(address))
			.withMessageContaining("the address " + Integer.toUnsignedString(address) + " cannot be freed: ")
			.withMessageContaining(why);
	}

	@ParameterizedTest
	@EnumSource
	void scopesGiveTheirBlocksBackTogether(AllocatorGuests guest) {
		try (WasmSandbox sandbox = guest.builder().backend(this.backend).build();
				SandboxSession session = sandbox.openSession()) {
			SandboxAllocator allocator = session.allocator();
			int outside = allocator.allocate(10);
			AllocationScope kept;
			try (AllocationScope outer = allocator.openScope()) {
				int first = outer.allocate(100);
				session.memory().writeBytes(first, pattern(1, 100));
				AllocationScope inner = allocator.openScope();
				for (int i = 0; i < 200; i++) {
					int block = inner.allocate(i * 10);
					session.memory().writeBytes(block, pattern(i, i * 10));
				}
				inner.allocate(30_000);
				assertThat(allocator.statistics().liveBlocks()).isEqualTo(203);
				assertThatIllegalStateException().isThrownBy(() -> outer.allocate(1))
					.withMessageContaining("still open");
				refused(session, first, "it belongs to the allocation scopes");
				inner.close();
				inner.close();
				assertThatIllegalStateException().isThrownBy(() -> inner.allocate(1))
					.withMessageContaining("is closed");
				assertThat(allocator.statistics().liveBlocks()).isEqualTo(2);
				assertThat(session.memory().readBytes(first, 100)).isEqualTo(pattern(1, 100));
				outer.allocate(8);
				kept = allocator.openScope();
				kept.allocate(8);
			}
			assertThatIllegalStateException().isThrownBy(() -> kept.allocate(1)).withMessageContaining("is closed");
			assertThat(allocator.statistics().liveBlocks()).isOne();
			assertThat(allocator.statistics().liveBytes()).isEqualTo(10);
			allocator.deallocate(outside);
		}
	}

	@ParameterizedTest
	@EnumSource
	void exhaustedMemoryNamesTheLimitAndLeavesTheSessionUsable(AllocatorGuests guest) {
		try (WasmSandbox sandbox = guest.builder().backend(this.backend).memoryLimit(2 << 20).build();
				SandboxSession session = sandbox.openSession()) {
			int kept = session.allocateGuestMemory(100);
			session.memory().writeBytes(kept, pattern(3, 100));
			exhausted(() -> session.allocateGuestMemory(Integer.MAX_VALUE), Integer.MAX_VALUE);
			exhausted(() -> session.allocateGuestMemory(3 << 20), 3 << 20);
			if (guest != AllocatorGuests.ASSEMBLYSCRIPT) {
				fillUp(session);
			}
			assertThat(session.memory().readBytes(kept, 100)).isEqualTo(pattern(3, 100));
			session.deallocateGuestMemory(kept);
			session.deallocateGuestMemory(session.allocateGuestMemory(16));
		}
	}

	private static void fillUp(SandboxSession session) {
		java.util.ArrayDeque<Integer> blocks = new java.util.ArrayDeque<>();
		exhausted(() -> {
			while (true) {
				blocks.push(session.allocateGuestMemory(16 << 10));
			}
		}, 16 << 10);
		assertThat(blocks).hasSizeGreaterThan(40);
		long live = session.allocator().statistics().liveBlocks();
		session.deallocateGuestMemory(blocks.pop());
		blocks.push(session.allocateGuestMemory(16 << 10));
		assertThat(session.allocator().statistics().liveBlocks()).isEqualTo(live);
		blocks.forEach(session::deallocateGuestMemory);
	}

	private static void exhausted(ThrowingCallable call, int asked) {
		assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(call)
			.withMessageContaining("no room for a block of " + asked + " bytes")
			.withMessageContaining("limits.memory is " + (2 << 20))
			.satisfies((ex) -> assertThat(ex.limit()).isEqualTo("limits.memory"))
			.satisfies((ex) -> assertThat(ex.value()).isEqualTo(2 << 20))
			.satisfies((ex) -> assertThat(ex.requested()).isGreaterThan(asked));
	}

	@ParameterizedTest
	@EnumSource
	void nothingWorksAfterCloseAndTheNextSessionStartsClean(AllocatorGuests guest) {
		try (WasmSandbox sandbox = guest.builder().backend(this.backend).build()) {
			SandboxSession session = sandbox.openSession();
			SandboxAllocator allocator = session.allocator();
			int address = allocator.allocate(5_000);
			session.memory().writeBytes(address, pattern(9, 5_000));
			AllocationScope scope = allocator.openScope();
			session.close();
			over(() -> allocator.allocate(1));
			over(() -> allocator.deallocate(address));
			over(() -> allocator.adopt(address, 1));
			over(() -> allocator.disown(address));
			over(() -> scope.allocate(1));
			over(allocator::openScope);
			over(allocator::collectGarbage);
			over(allocator::statistics);
			over(session::allocator);
			scope.close();
			try (SandboxSession next = sandbox.openSession()) {
				assertThat(next.allocator()).isNotSameAs(allocator);
				assertThat(next.allocator().statistics()).isEqualTo(new AllocatorStatistics(0, 0, 0, 0, 0, 0, 0, 0));
				over(() -> allocator.allocate(1));
				int again = next.allocateGuestMemory(5_000);
				assertThat(next.memory().readBytes(again, 5_000)).isNotEqualTo(pattern(9, 5_000));
			}
		}
	}

	private static void over(ThrowingCallable call) {
		assertThatIllegalStateException().isThrownBy(call).withMessageContaining("is closed");
	}

	@ParameterizedTest
	@EnumSource
	void itBelongsToTheSessionsThread(AllocatorGuests guest) {
		try (WasmSandbox sandbox = guest.builder().backend(this.backend).build();
				SandboxSession session = sandbox.openSession()) {
			SandboxAllocator allocator = session.allocator();
			int address = allocator.allocate(64);
			AllocationScope scope = allocator.openScope();
			elsewhere(() -> allocator.allocate(1));
			elsewhere(() -> allocator.deallocate(address));
			elsewhere(allocator::openScope);
			elsewhere(() -> scope.allocate(1));
			elsewhere(scope::close);
			elsewhere(allocator::collectGarbage);
			elsewhere(allocator::statistics);
			scope.close();
			allocator.deallocate(address);
		}
	}

	private static void elsewhere(Runnable action) {
		assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> CompletableFuture.runAsync(action).join())
			.withCauseInstanceOf(IllegalStateException.class)
			.withMessageContaining("another thread");
	}

	@ParameterizedTest
	@EnumSource(names = "C")
	void afterATrapScopesCloseInSilence(AllocatorGuests guest) {
		try (WasmSandbox sandbox = guest.builder().backend(this.backend).build();
				SandboxSession session = sandbox.openSession()) {
			SandboxAllocator allocator = session.allocator();
			assertThatExceptionOfType(SandboxTrapException.class).isThrownBy(() -> {
				try (AllocationScope scope = allocator.openScope()) {
					scope.allocate(8);
					session.call("dealloc", void.class, 12_345, 8);
				}
			}).satisfies((ex) -> assertThat(ex.getSuppressed()).isEmpty());
			assertThatIllegalStateException().isThrownBy(() -> allocator.allocate(1))
				.withMessageContaining("failed before");
		}
	}

}
