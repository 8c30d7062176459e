package dev.wasmsandbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import dev.wasmsandbox.engine.SnapshotPlan;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.memory.ResetCalibration;
import dev.wasmsandbox.memory.ResetStrategy;
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
		for (String module : List.of("hideaway,16383", "hideaway_table_grow,63")) {
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
		try (HuntedModule hunted = new HuntedModule(module, backend, strategy, pool, Duration.ofMillis(250))) {
			return new LeakHunt(hunted, everything, checkEvery).run(turns, hunters);
		}
	}

	/** The hunt sees: on an engine's instance that is simply used again it finds all. */
	@ParameterizedTest
	@CsvSource({ "hideaway, 16383", "hideaway_table_grow, 63" })
	void reusingAPlainInstanceLeaks(String name, int everything) {
		WasmModule module = Parser.parse(Fixtures.bytes(name));
		Instance instance = Instance.builder(module).withMachineFactory(MachineFactoryCompiler::compile).build();
		assertThat(instance.export("seek").apply(5)[0]).isZero();
		instance = Instance.builder(module).withMachineFactory(MachineFactoryCompiler::compile).build();
		instance.export("hide").apply(5);
		assertThat(instance.export("seek").apply(5)[0]).isEqualTo(everything);
		instance.initialize(false);
		assertThat(instance.export("seek").apply(5)[0]).as("after the engine's own initialization").isNotZero();
	}

}
