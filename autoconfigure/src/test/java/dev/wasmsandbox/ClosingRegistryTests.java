package dev.wasmsandbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

import dev.wasmsandbox.compile.AotCompiler;
import dev.wasmsandbox.engine.SandboxFactory;
import dev.wasmsandbox.engine.SnapshotPlan;
import dev.wasmsandbox.engine.Watchdog;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ModuleScreener;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** No call escapes its time limit because the registry is being closed. */
@Timeout(120)
class ClosingRegistryTests {

	private static final String NAME = "traps";

	private static SandboxFactory factory(Watchdog watchdog) {
		byte[] bytes = Fixtures.bytes(NAME);
		SandboxLimits limits = SandboxLimits.defaults();
		ModuleReport report = ModuleScreener.screen(NAME, bytes, limits);
		AotCompiler.Result compiled = new AotCompiler().compile(NAME, bytes, report, false);
		return new SandboxFactory(NAME, compiled.code(), List.of(), limits, watchdog, MemoryBackend.detect(), 4,
				SnapshotPlan.NONE);
	}

	@Test
	void noSandboxIsMadeThatNobodyWatches() {
		Watchdog watchdog = new Watchdog();
		SandboxFactory factory = factory(watchdog);
		watchdog.close();
		Awaitility.await().until(() -> refused(factory));
		factory.close();
	}

	private static boolean refused(SandboxFactory factory) {
		try {
			factory.newSandbox().discard();
			return false;
		}
		catch (IllegalStateException ex) {
			assertThat(ex).hasMessageContaining("registry of sandboxes is closed");
			return true;
		}
	}

	@Test
	void callsThatBeginMeanwhileAreRefusedOrStopped() {
		Random random = new Random(5);
		for (int round = 0; round < 60; round++) {
			WasmSandboxes registry = WasmSandboxes.builder().build();
			WasmSandbox sandbox = registry.load(ModuleDefinition.named(NAME)
				.source(TestModules.source(NAME))
				.limits(SandboxLimits.defaults().withCallTimeout(Duration.ofMillis(3)))
				.build());
			List<CompletableFuture<Boolean>> callers = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				callers.add(CompletableFuture.supplyAsync(() -> untilRefused(sandbox),
						(task) -> Thread.ofPlatform().start(task)));
			}
			LockSupport.parkNanos(random.nextInt(8_000_000));
			registry.close();
			assertThat(callers).allSatisfy((caller) -> assertThat(caller.join()).isTrue());
		}
	}

	private static boolean untilRefused(WasmSandbox sandbox) {
		while (true) {
			try {
				sandbox.call("loop_forever", void.class);
				return false;
			}
			catch (SandboxTimeoutException _) {
				// Stopped: once more.
			}
			catch (IllegalStateException _) {
				return true;
			}
		}
	}

}
