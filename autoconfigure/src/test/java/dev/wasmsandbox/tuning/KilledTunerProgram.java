package dev.wasmsandbox.tuning;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.module.ModuleSource;

/**
 * An application with a pool of one sandbox, and more calls than that can serve; only
 * their times are made up. Run by {@link KilledTunerTests} in a JVM of its own, which is
 * killed when it says that it is in the middle of a trial.
 */
final class KilledTunerProgram {

	private static final String SIZE = "m/pool.max-size";

	private KilledTunerProgram() {
	}

	public static void main(String[] arguments) throws Exception {
		try (WasmSandboxes sandboxes = WasmSandboxes.builder().build()) {
			WasmSandbox module = sandboxes.load(ModuleDefinition.named("m")
				.source(ModuleSource.of(Fixtures.bytes("simple_module")))
				.pool(new PoolSettings(1, Duration.ofSeconds(1)))
				.build());
			FakeApplication application = new FakeApplication();
			application.tunables.addAll(sandboxes.tunables());
			application.speed = (_) -> Math.min(8, module.pool().bounds().maxSize());
			TunerRun run = application.run(application.options(TunerMode.ACTIVE)
				.withPinned(Set.of("cache.max-weight", "watchdog.tick", "pool.min-idle", "pool.min-resident",
						"reset.strategy", "allocator.arena-step"))
				.withStateFile(Path.of(arguments[1])));
			run.advance(0);
			if (arguments[0].equals("again")) {
				System.out.println("started with " + module.pool().bounds().maxSize());
				return;
			}
			if (!application.until(run, 1_000, () -> provenLarger(run) && trying(run))) {
				throw new IllegalStateException("there was no second trial: " + run.status());
			}
			System.out.println("proven " + proven(run) + " trying " + module.pool().bounds().maxSize());
			System.out.flush();
			new CountDownLatch(1).await();
		}
	}

	private static boolean provenLarger(TunerRun run) {
		return proven(run) > 1;
	}

	private static int proven(TunerRun run) {
		return run.status()
			.parameters()
			.stream()
			.filter((parameter) -> parameter.id().equals(SIZE))
			.mapToInt((parameter) -> Objects.requireNonNullElse(parameter.proven(), 0.0).intValue())
			.findFirst()
			.orElse(0);
	}

	private static boolean trying(TunerRun run) {
		TunerStatus.TrialStatus trial = run.status().trial();
		return trial != null && trial.trying();
	}

}
