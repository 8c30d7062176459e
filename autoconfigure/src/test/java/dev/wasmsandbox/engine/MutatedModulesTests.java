package dev.wasmsandbox.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.fixtures.hostile.HostileModule;
import dev.wasmsandbox.fixtures.hostile.HostileModules;
import dev.wasmsandbox.fixtures.hostile.Stage;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ModuleScreener;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Damaged modules: each is refused with a typed exception, or is a module. A mutant is
 * made again from its seed, which a failure names.
 */
class MutatedModulesTests {

	/** Mutants of larger modules are made too, but fewer. */
	private static final int SMALL = 40_000;

	private static final int COMPILE_ONE_IN = 4;

	/** So that fixtures are damaged as often as hostile modules, which are many. */
	private static final int FIXTURE_WEIGHT = 10;

	/** Stages whose modules are valid before they are damaged. */
	private static final Set<Stage> VALID = Set.of(Stage.INSTANTIATE, Stage.EXECUTE, Stage.HOST, Stage.POOL);

	private final List<byte[]> small = new ArrayList<>();

	private final List<byte[]> all = new ArrayList<>();

	private int parsed;

	private int compiled;

	MutatedModulesTests() {
		for (String name : Fixtures.names()) {
			byte[] bytes = Fixtures.bytes(name);
			this.all.add(bytes);
			if (bytes.length <= SMALL) {
				this.small.addAll(Collections.nCopies(FIXTURE_WEIGHT, bytes));
			}
		}
		HostileModules.all()
			.stream()
			.filter((module) -> VALID.contains(module.stage()))
			.map(HostileModule::bytes)
			.filter((bytes) -> bytes.length <= 2_000)
			.forEach(this.small::add);
	}

	@Test
	@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	void fiveThousandEndTyped() {
		mutants(0, 5_000);
		assertThat(this.parsed).isGreaterThan(100);
		assertThat(this.compiled).isGreaterThan(5);
	}

	@Test
	@Tag("slow")
	@Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	void twoHundredThousandEndTyped() {
		mutants(1_000_000, 200_000);
		System.out.println("mutated modules: 200000, valid " + this.parsed + ", compiled " + this.compiled);
	}

	private void mutants(long firstSeed, int count) {
		for (long seed = firstSeed; seed < firstSeed + count; seed++) {
			byte[] mutant = Mutant.of((seed % 50 == 0) ? this.all : this.small, seed);
			try {
				load(mutant, seed % COMPILE_ONE_IN == 1);
			}
			catch (ModuleRejectedException refused) {
				assertThat(refused.reason()).isNotNull();
			}
			catch (Throwable ex) {
				throw new AssertionError("Seed " + seed + ", " + mutant.length + " bytes: " + ex, ex);
			}
		}
	}

	private void load(byte[] mutant, boolean compile) {
		ModuleReport report = ModuleScreener.screen("mutant", mutant, SandboxLimits.defaults());
		if (compile) {
			CompiledModule.compile("mutant", mutant, report, false);
			this.compiled++;
		}
		else {
			CompiledModule.parse("mutant", CompiledModule.needed(mutant));
		}
		this.parsed++;
	}

}
