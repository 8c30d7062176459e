package dev.wasmsandbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import dev.wasmsandbox.engine.SnapshotPlan;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.memory.MemoryBudget;
import dev.wasmsandbox.memory.ResetCalibration;
import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.pool.PoolStatistics;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** No run sees what another one left, in every configuration there is. */
class LeakHuntTests {

	private static final int PAGE = 65_536;

	static Stream<Arguments> configurations() {
		List<Arguments> all = new ArrayList<>();
		for (String module : List.of("hideaway,16383", "hideaway_table_grow,63", "hideaway_imports,255",
				"hideaway_imports_grow,15")) {
			String name = module.substring(0, module.indexOf(','));
			int everything = Integer.parseInt(module.substring(module.indexOf(',') + 1));
			all.add(Arguments.of(name, everything, MemoryBackend.PORTABLE, ResetStrategy.safe()));
			for (ResetStrategy strategy : ResetStrategy.values()) {
				if (MemoryBackend.detect() == MemoryBackend.MAPPED && ResetCalibration.possible(strategy, 3 * PAGE)) {
					all.add(Arguments.of(name, everything, MemoryBackend.MAPPED, strategy));
				}
			}
		}
		return all.stream();
	}

	@ParameterizedTest
	@MethodSource("configurations")
	void oneAfterTheOtherEverySandboxIsAsNew(String module, int everything, MemoryBackend backend,
			ResetStrategy strategy) throws Exception {
		assertThat(hunt(module, everything, backend, strategy, 1, 1, 96)).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("configurations")
	void manyAtATimeFindNothing(String module, int everything, MemoryBackend backend, ResetStrategy strategy)
			throws Exception {
		assertThat(hunt(module, everything, backend, strategy, 64, 16, 500)).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("configurations")
	void nothingIsFoundOrLostWhileIdleMemoryIsWantedBack(String module, int everything, MemoryBackend backend,
			ResetStrategy strategy) throws Exception {
		PoolSettings pool = new PoolSettings(9, Duration.ofMinutes(1));
		HuntedModule hunted = new HuntedModule(module, backend, strategy, pool, Duration.ofMillis(250));
		AtomicBoolean done = new AtomicBoolean();
		AtomicInteger wanted = new AtomicInteger();
		Thread inNeed = Thread.ofPlatform().start(() -> {
			while (!done.get()) {
				hunted.wantIdleBack();
				wanted.incrementAndGet();
				LockSupport.parkNanos(20_000);
			}
		});
		try {
			assertThat(new LeakHunt(hunted, everything, 16).run(300, 16)).isEmpty();
		}
		finally {
			hunted.close();
			done.set(true);
			inNeed.join();
		}
		assertThat(wanted).hasPositiveValue();
		PoolStatistics end = hunted.sandbox().pool().statistics();
		assertThat(end.idle()).isZero();
		assertThat(end.discarded()).isEqualTo(end.created());
		assertThat(hunted.budget().counted()).isZero();
	}

	/** A module that grows tables is refused a snapshot. */
	static Stream<Arguments> snapshots() {
		return configurations().filter((arguments) -> "hideaway".equals(arguments.get()[0]));
	}

	@ParameterizedTest
	@MethodSource("snapshots")
	void whatStartsWithASnapshotIsAsNewToo(String module, int everything, MemoryBackend backend, ResetStrategy strategy)
			throws Exception {
		PoolSettings pool = new PoolSettings(9, Duration.ofMinutes(1));
		try (HuntedModule hunted = new HuntedModule(module, backend, strategy, pool, Duration.ofMillis(250),
				new SnapshotPlan(true, List.of()))) {
			assertThat(new LeakHunt(hunted, everything, 4).run(200, 16)).isEmpty();
		}
	}

	@Tag("slow")
	@ParameterizedTest
	@MethodSource("configurations")
	void tenThousandTurnsFindNothing(String module, int everything, MemoryBackend backend, ResetStrategy strategy)
			throws Exception {
		assertThat(hunt(module, everything, backend, strategy, 64, 16, 10_000)).isEmpty();
	}

	private static List<String> hunt(String module, int everything, MemoryBackend backend, ResetStrategy strategy,
			int hunters, int checkEvery, int turns) throws Exception {
		PoolSettings pool = new PoolSettings(Math.min(hunters + 1, 9), Duration.ofMinutes(1));
		MemoryBudget budget;
		List<String> found;
		try (HuntedModule hunted = new HuntedModule(module, backend, strategy, pool, Duration.ofMillis(250))) {
			budget = hunted.budget();
			found = new LeakHunt(hunted, everything, checkEvery).run(turns, hunters);
			// A cancelled call ends a little after its future.
			Awaitility.await("nothing is counted while nobody holds a sandbox")
				.until(() -> hunted.sandbox().pool().memory().grown() == 0);
		}
		assertThat(budget.counted()).as("counted once all is closed").isZero();
		return found;
	}

	/** The hunt sees: on an engine's instance that is simply used again it finds all. */
	@ParameterizedTest
	@CsvSource({ "hideaway, 16383", "hideaway_table_grow, 63", "hideaway_imports, 255", "hideaway_imports_grow, 15" })
	void reusingAPlainInstanceLeaks(String name, int everything) {
		WasmModule module = Parser.parse(Fixtures.bytes(name));
		Instance instance = plain(name, module);
		assertThat(instance.export("seek").apply(5)[0]).isZero();
		instance = plain(name, module);
		instance.export("hide").apply(5);
		assertThat(instance.export("seek").apply(5)[0]).isEqualTo(everything);
		instance.initialize(false);
		assertThat(instance.export("seek").apply(5)[0]).as("after the engine's own initialization").isNotZero();
	}

	private static Instance plain(String name, WasmModule module) {
		return Instance.builder(module)
			.withMachineFactory(MachineFactoryCompiler::compile)
			.withImportValues(PlainImports.of(name, module))
			.build();
	}

}
