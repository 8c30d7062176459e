package dev.wasmsandbox;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.guest.AllocationScope;
import dev.wasmsandbox.guest.AllocatorStatistics;
import dev.wasmsandbox.guest.SandboxAllocator;
import dev.wasmsandbox.memory.MemoryBackend;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Random operations, each compared with a model of what an allocator is. */
@ParameterizedClass
@EnumSource(MemoryBackend.class)
class AllocatorModelTests {

	private static final int OPERATIONS = 100_000;

	private final MemoryBackend backend;

	AllocatorModelTests(MemoryBackend backend) {
		this.backend = backend;
	}

	@ParameterizedTest
	@EnumSource
	void behavesAsTheModel(AllocatorGuests guest) {
		try (WasmSandbox sandbox = guest.builder()
			.backend(this.backend)
			.memoryLimit((guest == AllocatorGuests.ARENA) ? 640 << 10 : 4 << 20)
			.build(); SandboxSession session = sandbox.openSession()) {
			Model model = new Model(session, guest, 20_260_101L);
			for (int i = 0; i < OPERATIONS; i++) {
				model.step();
				if (i % 5_000 == 0) {
					model.checkAll();
				}
			}
			model.checkAll();
			model.freeAll();
			assertThat(model.refusals).as("wrong addresses tried").isGreaterThan(1_000);
			assertThat(model.reused).as("blocks whose place was used before").isGreaterThan(1_000);
			if (guest == AllocatorGuests.ARENA) {
				assertThat(model.exhaustions).as("allocations for which there was no room").isPositive();
			}
		}
	}

	private record Block(int size, int seed, boolean scoped) {
	}

	private static final class Model {

		private final SandboxSession session;

		private final SandboxAllocator allocator;

		private final AllocatorGuests guest;

		private final SplittableRandom random;

		private final TreeMap<Integer, Block> live = new TreeMap<>();

		private final List<Integer> free = new ArrayList<>();

		private final Deque<AllocationScope> scopes = new ArrayDeque<>();

		private final Deque<List<Integer>> scoped = new ArrayDeque<>();

		private final java.util.Set<Integer> known = new java.util.HashSet<>();

		private long liveBytes;

		private long peak;

		private long allocations;

		private long deallocations;

		private int refusals;

		private int reused;

		private int exhaustions;

		Model(SandboxSession session, AllocatorGuests guest, long seed) {
			this.session = session;
			this.allocator = session.allocator();
			this.guest = guest;
			this.random = new SplittableRandom(seed);
		}

		void step() {
			int choice = this.random.nextInt(1_000);
			// In waves, so that memory is filled and emptied again.
			int wanted = 100 + (int) ((this.allocations / 1_000) % 4) * 60;
			if (choice < 30) {
				tryWrongAddress();
			}
			else if (choice < 60) {
				toggleScope();
			}
			else if (choice < 62) {
				this.allocator.collectGarbage();
			}
			else if (choice == 62 && this.guest == AllocatorGuests.ARENA && this.session.memory().size() < 448 << 10) {
				growByTheGuest();
			}
			else if (choice < 200 && !this.scopes.isEmpty()) {
				allocate(true);
			}
			else if (this.free.isEmpty() || (this.free.size() < wanted && this.random.nextInt(100) < 55)) {
				allocate(false);
			}
			else {
				deallocate();
			}
			checkStatistics();
		}

		private int size() {
			int kind = this.random.nextInt(100);
			int most = (this.guest == AllocatorGuests.ASSEMBLYSCRIPT) ? 4_000 : 40_000;
			return (kind < 60) ? this.random.nextInt(200)
					: (kind < 92) ? this.random.nextInt(4_200) : this.random.nextInt(most);
		}

		private void allocate(boolean inScope) {
			int size = size();
			int address;
			try {
				address = inScope ? this.scopes.getFirst().allocate(size) : this.allocator.allocate(size);
			}
			catch (SandboxLimitException _) {
				this.exhaustions++;
				return;
			}
			int reserved = Math.max(1, size);
			checkPlace(address, reserved);
			int seed = this.random.nextInt(256);
			this.session.memory().writeBytes(address, SandboxAllocatorTests.pattern(seed, reserved));
			this.live.put(address, new Block(reserved, seed, inScope));
			(inScope ? this.scoped.getFirst() : this.free).add(address);
			if (!this.known.add(address)) {
				this.reused++;
			}
			this.liveBytes += reserved;
			this.peak = Math.max(this.peak, this.liveBytes);
			this.allocations++;
		}

		private void checkPlace(int address, int size) {
			if (address <= 0 || address + (long) size > this.session.memory().size()) {
				throw new AssertionError(size + " bytes at " + address + " lie outside the memory");
			}
			Map.Entry<Integer, Block> before = this.live.floorEntry(address + size - 1);
			if (before != null && before.getKey() + before.getValue().size() > address) {
				throw new AssertionError(size + " bytes at " + address + " overlap " + before);
			}
			if (this.guest.arena() && address % ((size <= 8) ? 8 : 16) != 0) {
				throw new AssertionError(size + " bytes at " + address + " are not aligned");
			}
		}

		private void deallocate() {
			int index = this.random.nextInt(this.free.size());
			int address = this.free.get(index);
			int last = this.free.removeLast();
			if (index < this.free.size()) {
				this.free.set(index, last);
			}
			forget(address);
			this.allocator.deallocate(address);
		}

		private void forget(int address) {
			Block block = Objects.requireNonNull(this.live.remove(address));
			check(address, block);
			this.liveBytes -= block.size();
			this.deallocations++;
		}

		private void check(int address, Block block) {
			byte[] content = this.session.memory().readBytes(address, block.size());
			if (!java.util.Arrays.equals(content, SandboxAllocatorTests.pattern(block.seed(), block.size()))) {
				throw new AssertionError("the content of " + block + " at " + address + " was changed");
			}
		}

		private void toggleScope() {
			if (this.scopes.isEmpty() || (this.scopes.size() < 3 && this.random.nextBoolean())) {
				this.scopes.push(this.allocator.openScope());
				this.scoped.push(new ArrayList<>());
				return;
			}
			// Closing an outer scope closes the inner ones.
			int count = 1 + this.random.nextInt(this.scopes.size());
			AllocationScope outermost = this.scopes.getFirst();
			for (int i = 0; i < count; i++) {
				outermost = this.scopes.pop();
				this.scoped.pop().forEach(this::forget);
			}
			outermost.close();
		}

		private void tryWrongAddress() {
			int limit = (int) this.session.memory().size() + 100;
			int address = this.random.nextBoolean() ? this.random.nextInt(limit) : this.known.isEmpty() ? 0
					: this.live.isEmpty() ? 4 : this.live.firstKey() + 8 * this.random.nextInt(1_000);
			Block block = this.live.get(address);
			if (block == null || block.scoped()) {
				assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> this.allocator.deallocate(address));
				this.refusals++;
			}
		}

		private void growByTheGuest() {
			int before = this.session.call("grow", int.class, 1);
			if (before > 0) {
				this.session.call("fill", void.class, before << 16, 0xee, 65_536);
			}
		}

		private void checkStatistics() {
			AllocatorStatistics now = this.allocator.statistics();
			if (now.liveBytes() != this.liveBytes || now.liveBlocks() != this.live.size()
					|| now.peakBytes() != this.peak || now.allocations() != this.allocations
					|| now.deallocations() != this.deallocations
					|| (this.guest.arena() && now.freeBytes() + now.liveBytes() > now.arenaBytes())) {
				throw new AssertionError(
						now + " is not what " + this.live.size() + " blocks of " + this.liveBytes + " bytes make");
			}
		}

		void checkAll() {
			this.live.forEach(this::check);
		}

		void freeAll() {
			while (!this.scopes.isEmpty()) {
				this.scoped.pop().forEach(this::forget);
				this.scopes.pop().close();
			}
			while (!this.free.isEmpty()) {
				deallocate();
			}
			checkStatistics();
			this.allocator.collectGarbage();
			AllocatorStatistics end = this.allocator.statistics();
			assertThat(end.liveBytes()).isZero();
			assertThat(end.freeBytes()).as("all of it is free again").isEqualTo(end.arenaBytes());
		}

	}

}
