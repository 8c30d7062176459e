package dev.wasmsandbox;

import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.guest.AllocationScope;
import dev.wasmsandbox.guest.AllocatorStatistics;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.guest.SandboxAllocator;
import dev.wasmsandbox.memory.MemoryBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

/** What holds where the host allocates in memory it adds. */
@ParameterizedClass
@EnumSource(MemoryBackend.class)
class ArenaAllocatorTests {

	private static final int PAGE = 65_536;

	private final MemoryBackend backend;

	ArenaAllocatorTests(MemoryBackend backend) {
		this.backend = backend;
	}

	@Test
	void theGuestsOwnPagesAreNeverGiven() {
		try (WasmSandbox sandbox = TestModules.builder("memory_test").backend(this.backend).build();
				SandboxSession session = sandbox.openSession()) {
			session.memory().writeBytes(0, SandboxAllocatorTests.pattern(1, PAGE));
			List<Integer> blocks = new ArrayList<>();
			long guests = PAGE;
			for (int round = 0; round < 8; round++) {
				for (int size : new int[] { 8, 300, 4_096, 9_000, 70_000 }) {
					int address = session.allocateGuestMemory(size);
					assertThat(address).isGreaterThanOrEqualTo(PAGE);
					blocks.add(address);
					session.memory().writeBytes(address, SandboxAllocatorTests.pattern(2, size));
				}
				int before = session.call("grow", int.class, 1);
				assertThat(session.memory().readBytes(before * PAGE, PAGE)).containsOnly(0);
				session.call("fill", void.class, before * PAGE, 0xaa, PAGE);
				guests += PAGE;
				assertThat(session.memory().size() - session.allocator().statistics().arenaBytes()).isEqualTo(guests);
			}
			assertThat(session.memory().readBytes(0, PAGE)).isEqualTo(SandboxAllocatorTests.pattern(1, PAGE));
			for (int i = 0; i < blocks.size(); i++) {
				int size = new int[] { 8, 300, 4_096, 9_000, 70_000 }[i % 5];
				assertThat(session.memory().readBytes(blocks.get(i), size))
					.isEqualTo(SandboxAllocatorTests.pattern(2, size));
				session.deallocateGuestMemory(blocks.get(i));
			}
		}
	}

	@Test
	void aGuestsPagesBetweenChunksAreNoBlocks() {
		try (WasmSandbox sandbox = TestModules.builder("memory_test").backend(this.backend).build();
				SandboxSession session = sandbox.openSession()) {
			session.allocateGuestMemory(PAGE);
			int hole = session.call("grow", int.class, 2) * PAGE;
			int behind = session.allocateGuestMemory(PAGE);
			assertThat(behind).isGreaterThanOrEqualTo(hole + 2 * PAGE);
			for (int address : new int[] { hole, hole + 1_024, hole + 2 * PAGE - 8 }) {
				assertThatExceptionOfType(GuestAbiException.class)
					.isThrownBy(() -> session.deallocateGuestMemory(address))
					.withMessageContaining("never given by this allocator");
			}
			session.deallocateGuestMemory(behind);
		}
	}

	@Test
	void freeSpaceIsMergedAndGarbageReturned() {
		try (WasmSandbox sandbox = TestModules.builder("memory_test").backend(this.backend).build();
				SandboxSession session = sandbox.openSession()) {
			SandboxAllocator allocator = session.allocator();
			List<Integer> blocks = new ArrayList<>();
			for (int i = 0; i < 1_000; i++) {
				blocks.add(allocator.allocate(1 + i % 4_096));
			}
			try (AllocationScope scope = allocator.openScope()) {
				scope.allocate(1);
				assertThat(allocator.collectGarbage()).isZero();
			}
			assertThat(allocator.collectGarbage()).isEqualTo(PAGE);
			blocks.forEach(allocator::deallocate);
			AllocatorStatistics before = allocator.statistics();
			long returned = allocator.collectGarbage();
			AllocatorStatistics after = allocator.statistics();
			assertThat(returned).isPositive().isEqualTo(after.freeBytes() - before.freeBytes());
			assertThat(after.freeBytes()).isEqualTo(after.arenaBytes());
			assertThat(after.fragmentation()).isZero();
			assertThat(allocator.collectGarbage()).isZero();
			int all = allocator.allocate((int) after.arenaBytes());
			assertThat(allocator.statistics().arenaBytes()).isEqualTo(after.arenaBytes());
			allocator.deallocate(all);
		}
	}

	@Test
	void fragmentationTellsScatteredFreeSpace() {
		try (WasmSandbox sandbox = TestModules.builder("memory_test").backend(this.backend).build();
				SandboxSession session = sandbox.openSession()) {
			SandboxAllocator allocator = session.allocator();
			int[] blocks = new int[8];
			for (int i = 0; i < blocks.length; i++) {
				blocks[i] = allocator.allocate(8 << 10);
			}
			assertThat(allocator.statistics().freeBytes()).isZero();
			assertThat(allocator.statistics().fragmentation()).isZero();
			for (int i = 0; i < blocks.length; i += 2) {
				allocator.deallocate(blocks[i]);
			}
			assertThat(allocator.statistics().freeBytes()).isEqualTo(32 << 10);
			assertThat(allocator.statistics().fragmentation()).isEqualTo(0.75, within(1e-9));
			allocator.deallocate(blocks[1]);
			assertThat(allocator.statistics().fragmentation()).isEqualTo(0.4, within(1e-9));
		}
	}

	@Test
	void theBestFitIsTaken() {
		try (WasmSandbox sandbox = TestModules.builder("memory_test").backend(this.backend).build();
				SandboxSession session = sandbox.openSession()) {
			SandboxAllocator allocator = session.allocator();
			int[] sizes = { 200 << 10, 90 << 10, 100 << 10, 95 << 10, 20 << 10 };
			int[] blocks = new int[sizes.length];
			for (int i = 0; i < sizes.length; i++) {
				blocks[i] = allocator.allocate(sizes[i]);
				allocator.allocate(5_000);
			}
			for (int block : blocks) {
				allocator.deallocate(block);
			}
			assertThat(allocator.allocate(92 << 10)).isEqualTo(blocks[3]);
			assertThat(allocator.allocate(88 << 10)).isEqualTo(blocks[1]);
			assertThat(allocator.allocate(19 << 10)).isEqualTo(blocks[4]);
		}
	}

	@Test
	void garbageIsUsedBeforeTheMemoryGrowsOrTheLimitIsReached() {
		try (WasmSandbox sandbox = TestModules.builder("memory_test")
			.backend(this.backend)
			.memoryLimit(5 * PAGE)
			.build(); SandboxSession session = sandbox.openSession()) {
			SandboxAllocator allocator = session.allocator();
			List<Integer> small = new ArrayList<>();
			for (int i = 0; i < 4 * PAGE / 64; i++) {
				small.add(allocator.allocate(64));
			}
			assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(() -> allocator.allocate(64));
			small.forEach(allocator::deallocate);
			int all = allocator.allocate(4 * PAGE);
			assertThat(session.memory().size()).isEqualTo(5 * PAGE);
			allocator.deallocate(all);
		}
	}

	@Test
	void theModulesOwnMaximumIsNamed() {
		try (WasmSandbox sandbox = TestModules.builder("traps").backend(this.backend).build();
				SandboxSession session = sandbox.openSession()) {
			assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(() -> session.allocateGuestMemory(1))
				.withMessageContaining("the module itself declares no more than 65536");
		}
		try (WasmSandbox sandbox = TestModules.builder("simple_module").backend(this.backend).build();
				SandboxSession session = sandbox.openSession()) {
			assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(() -> session.allocateGuestMemory(1))
				.withMessageContaining("the module itself declares no more than 0");
		}
	}

	@Test
	void noBlockChangesHandsWithoutAnAllocatorOfTheGuest() {
		try (WasmSandbox sandbox = TestModules.builder("memory_test").backend(this.backend).build();
				SandboxSession session = sandbox.openSession()) {
			int block = session.allocateGuestMemory(8);
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> session.allocator().adopt(0, 8));
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> session.allocator().disown(block))
				.withMessageContaining("exports no allocator");
			session.deallocateGuestMemory(block);
		}
	}

	@Test
	void hostFunctionsSeeTheSameBlocks() {
		SandboxBuilder builder = HostCalls
			.with(HostFunction.of("env", "add", "(i32, i32) -> i32", (context, arguments) -> {
				context.allocator().deallocate((int) arguments[0]);
				return new long[] { context.allocator().allocate((int) arguments[1]) };
			}));
		try (WasmSandbox sandbox = builder.build(); SandboxSession session = sandbox.openSession()) {
			int first = session.allocateGuestMemory(24);
			int second = session.call("run_add", int.class, first, 5_000);
			assertThat(session.allocator().statistics().liveBytes()).isEqualTo(5_000);
			session.deallocateGuestMemory(second);
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> session.call("run_add", int.class, first, 1))
				.withMessageContaining("cannot be freed");
		}
	}

}
