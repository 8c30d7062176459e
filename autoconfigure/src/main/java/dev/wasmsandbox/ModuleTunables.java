package dev.wasmsandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import dev.wasmsandbox.guest.SandboxAllocators;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.observe.SteppedTunable.Described;
import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.observe.Tunable.Risk;
import dev.wasmsandbox.observe.TuningRange;
import dev.wasmsandbox.screen.MemoryType;
import dev.wasmsandbox.screen.ModuleReport;

/**
 * What may be changed of one module while it is in use. Each works on the version in
 * service and holds for later ones; the bounds follow from what was configured.
 */
final class ModuleTunables {

	/** Above what was configured, or above these, nothing is tried by itself. */
	private static final int SANDBOXES = 64;

	/** The bound on leases may become so many times larger or smaller than configured. */
	private static final int FACTOR = 4;

	/** The finest steps of an arena are none, the largest 4 MiB. */
	private static final double[] ARENA_STEPS = { 0, 1, 2, 4, 8, 16, 32, 64 };

	private static final String MAX_SIZE = "pool.max-size";

	private static final String MIN_IDLE = "pool.min-idle";

	private static final String MIN_RESIDENT = "pool.min-resident";

	private final String module;

	private final VersionedPool pool;

	private ModuleTunables(String module, VersionedPool pool) {
		this.module = module;
		this.pool = pool;
	}

	/** The parameters of a module. */
	static List<Tunable> of(ModuleVersions versions) {
		ModuleDefinition definition = versions.definition();
		ModuleTunables of = new ModuleTunables(definition.name(), versions.pool());
		List<Tunable> all = new ArrayList<>(of.pool(definition.pool()));
		ModuleReport report = versions.current().info().report();
		// Elsewhere memory is allocated anew for each lease: nothing stays resident.
		if (versions.pool().resetStrategies().size() > 1) {
			all.add(of.minResident());
			all.add(of.resetStrategy());
		}
		if (hasArena(report)) {
			all.add(of.arenaStep());
		}
		return List.copyOf(all);
	}

	/** Guests that export an allocator have the host use that. */
	private static boolean hasArena(ModuleReport report) {
		MemoryType memory = report.memory();
		return memory != null && SandboxAllocators.exportedBy(report) == null;
	}

	private List<Tunable> pool(PoolSettings configured) {
		int most = Math.max(SANDBOXES, (int) Math.min(1L << 20, (long) FACTOR * configured.maxSize()));
		int least = Math.max(1, configured.maxSize() / FACTOR);
		return List.of(
				count(MAX_SIZE, Risk.MEDIUM, Set.of(MIN_IDLE)).with(counts(least, most),
						() -> this.pool.bounds().maxSize(), (value) -> this.pool.resize((int) value)),
				count(MIN_IDLE, Risk.LOW, Set.of(MAX_SIZE, MIN_RESIDENT)).with(counts(0, SANDBOXES),
						() -> this.pool.bounds().minIdle(), (value) -> this.pool.keepReady((int) value)));
	}

	private Tunable minResident() {
		return count(MIN_RESIDENT, Risk.LOW, Set.of(MIN_IDLE)).with(counts(0, SANDBOXES),
				() -> this.pool.bounds().minResident(), (value) -> this.pool.keepResident((int) value));
	}

	private Described count(String name, Risk risk, Set<String> together) {
		return new Described(this.module, name, "sandboxes", risk, together);
	}

	/** Both bounds, and the powers of two between them. */
	private static TuningRange counts(int least, int most) {
		TreeSet<Double> values = new TreeSet<>();
		values.add((double) least);
		for (long value = 1; value < most; value *= 2) {
			if (value > least) {
				values.add((double) value);
			}
		}
		values.add((double) most);
		return TuningRange.steps(values.stream().mapToDouble(Double::doubleValue).toArray());
	}

	/** Those of the first version, so that an index means the same for all. */
	private Tunable resetStrategy() {
		List<ResetStrategy> possible = this.pool.resetStrategies();
		List<String> labels = possible.stream().map(ResetStrategy::name).toList();
		return new Described(this.module, "reset.strategy", "", Risk.LOW, Set.of()).with(TuningRange.choices(labels),
				() -> Math.max(0, possible.indexOf(this.pool.statistics().resets().strategy())),
				(value) -> this.pool.resetBy(possible.get((int) value)));
	}

	private Tunable arenaStep() {
		return new Described(this.module, "allocator.arena-step", "pages", Risk.LOW, Set.of())
			.with(TuningRange.steps(ARENA_STEPS), this.pool::arenaStep, (value) -> this.pool.arenaStep((int) value));
	}

}
