package dev.wasmsandbox.benchmarks;

import java.util.List;
import java.util.SplittableRandom;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.benchmarks.guest.OurSandbox;
import dev.wasmsandbox.benchmarks.guest.TouchModule;
import dev.wasmsandbox.benchmarks.harness.Alternating;
import dev.wasmsandbox.benchmarks.harness.Alternating.Comparison;
import dev.wasmsandbox.benchmarks.harness.Benchmark;
import dev.wasmsandbox.benchmarks.harness.CpuClock;
import dev.wasmsandbox.benchmarks.harness.Effort;
import dev.wasmsandbox.benchmarks.harness.FigureSpec;
import dev.wasmsandbox.benchmarks.harness.Measurement;
import dev.wasmsandbox.benchmarks.harness.Opaque;
import dev.wasmsandbox.benchmarks.harness.Recorder;
import dev.wasmsandbox.benchmarks.harness.Work;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.guest.AllocationScope;
import dev.wasmsandbox.guest.SandboxAllocator;

/**
 * What it costs to allocate in a guest's memory from the host, and to free: in the arena
 * of a guest without an allocator, and by the allocator that a guest exports. One thread,
 * counted in its CPU time.
 */
final class Allocation implements Benchmark {

	/** Pairs in a batch; each frees the block that is {@link #LIVE} pairs old. */
	private static final int PAIRS = 8_192;

	/** How many blocks are live. A power of two. */
	private static final int LIVE = 32;

	private static final int SMALLEST = 1 << 10;

	private static final int LARGEST = 64 << 10;

	/** Blocks in a scope. */
	private static final int SCOPE = 128;

	private static final int SCOPES = 64;

	@Override
	public String name() {
		return "allocation";
	}

	@Override
	public String summary() {
		return "allocating in a guest's memory: in our arena (pool, bump) and by the guest's own malloc";
	}

	@Override
	public List<Measurement> measurements() {
		return List.of(
				Measurement.of(Allocation::pairs, FigureSpec.absolute("pool.ns", "ns"),
						FigureSpec.absolute("guest-malloc.ns", "ns"),
						FigureSpec.ratio("pool.vs-guest", "the guest's own alloc and dealloc, first fit")),
				Measurement.of(Allocation::bump, FigureSpec.absolute("bump.ns", "ns")));
	}

	private static void pairs(Effort effort, Recorder recorder) throws Exception {
		try (OurSandbox arena = new OurSandbox(TouchModule.onePage().toBytes(), 1);
				OurSandbox guest = new OurSandbox(Fixtures.bytes("hash"), 1);
				SandboxSession ours = arena.get().openSession();
				SandboxSession theirs = guest.get().openSession()) {
			Comparison result = Alternating.compare(effort, CpuClock.thread(), pairsInArena(ours.allocator()),
					pairsOfGuest(theirs.allocator()));
			recorder.record("pool.ns", result.ours());
			recorder.record("guest-malloc.ns", result.other());
			recorder.record("pool.vs-guest", result.otherOverOurs());
		}
	}

	/** From the smallest to the largest, each doubling as often as the others. */
	private static int[] sizes() {
		SplittableRandom random = new SplittableRandom(7);
		int[] sizes = new int[PAIRS];
		double doublings = Math.log((double) LARGEST / SMALLEST);
		for (int i = 0; i < PAIRS; i++) {
			sizes[i] = (int) (SMALLEST * Math.exp(random.nextDouble() * doublings));
		}
		return sizes;
	}

	/** The loops are alike on purpose: HotSpot is to compile each for one allocator. */
	private static Work pairsInArena(SandboxAllocator allocator) {
		Opaque opaque = new Opaque(LIVE - 1);
		int[] sizes = sizes();
		int[] live = live(allocator);
		return new Work("the arena", PAIRS, PAIRS, () -> {
			long good = 0;
			for (int i = 0; i < PAIRS; i++) {
				int slot = i & opaque.argument();
				allocator.deallocate(live[slot]);
				int address = opaque.answer(allocator.allocate(sizes[i]));
				live[slot] = address;
				good += isGood(address);
			}
			return good;
		});
	}

	private static Work pairsOfGuest(SandboxAllocator allocator) {
		Opaque opaque = new Opaque(LIVE - 1);
		int[] sizes = sizes();
		int[] live = live(allocator);
		return new Work("the guest's allocator", PAIRS, PAIRS, () -> {
			long good = 0;
			for (int i = 0; i < PAIRS; i++) {
				int slot = i & opaque.argument();
				allocator.deallocate(live[slot]);
				int address = opaque.answer(allocator.allocate(sizes[i]));
				live[slot] = address;
				good += isGood(address);
			}
			return good;
		});
	}

	private static int[] live(SandboxAllocator allocator) {
		int[] live = new int[LIVE];
		for (int i = 0; i < LIVE; i++) {
			live[i] = allocator.allocate(SMALLEST);
		}
		return live;
	}

	/** Whether an address can be right: in use no other block is at it, says the free. */
	private static long isGood(int address) {
		return (address > 0 && (address & 7) == 0) ? 1 : 0;
	}

	private static void bump(Effort effort, Recorder recorder) throws Exception {
		try (OurSandbox arena = new OurSandbox(TouchModule.onePage().toBytes(), 1);
				SandboxSession session = arena.get().openSession()) {
			recorder.record("bump.ns", Alternating.alone(effort, CpuClock.thread(), scopes(session.allocator())));
		}
	}

	/** An operation is one block; the scopes' opening and closing is shared out. */
	private static Work scopes(SandboxAllocator allocator) {
		Opaque opaque = new Opaque(16);
		long steps = 0;
		for (int i = 1; i < SCOPE; i++) {
			steps += (opaque.argument() + (i - 1) % 64 + 15) & -16;
		}
		return new Work("scopes", SCOPE * SCOPES, SCOPES * steps, () -> {
			long sum = 0;
			for (int s = 0; s < SCOPES; s++) {
				try (AllocationScope scope = allocator.openScope()) {
					int first = scope.allocate(opaque.argument());
					int last = first;
					for (int i = 1; i < SCOPE; i++) {
						last = opaque.answer(scope.allocate(opaque.argument() + i % 64));
					}
					sum += last - first;
				}
			}
			return sum;
		});
	}

}
