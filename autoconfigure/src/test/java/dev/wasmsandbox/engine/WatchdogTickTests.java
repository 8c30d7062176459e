package dev.wasmsandbox.engine;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ModuleScreener;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** The watchdog looks once a tick, whatever that is. */
@Timeout(60)
class WatchdogTickTests {

	private static final SandboxLimits LIMITS = SandboxLimits.defaults().withCallTimeout(Duration.ofMillis(20));

	@Test
	void anOverdueCallIsEndedAtTheNextTickAndAChangedTickHoldsAtOnce() {
		byte[] bytes = Fixtures.bytes("traps");
		ModuleReport report = ModuleScreener.screen("traps", bytes, LIMITS);
		try (ModuleCache cache = new ModuleCache(); Watchdog watchdog = new Watchdog()) {
			SandboxFactory factory = new SandboxFactory("traps", cache.get("traps", bytes, report).code(), List.of(),
					LIMITS, watchdog, MemoryBackend.detect(), 2, SnapshotPlan.NONE);
			Sandbox sandbox = factory.newSandbox();
			// Longer than the test may take: until it is changed nobody looks.
			watchdog.tick(Duration.ofHours(1));
			CompletableFuture<Void> call = CompletableFuture.runAsync(() -> loop(factory, sandbox));
			Awaitility.await()
				.during(Duration.ofMillis(300))
				.atMost(Duration.ofSeconds(20))
				.until(() -> !call.isDone());
			watchdog.tick(Duration.ofMillis(1));
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(call::get)
				.withCauseInstanceOf(SandboxTimeoutException.class);
			sandbox.discard();
			factory.close();
		}
	}

	private static void loop(SandboxFactory factory, Sandbox sandbox) {
		GuestInstance guest = sandbox.lease();
		guest.call(Objects.requireNonNull(factory.module().functions().get("loop_forever")), new long[0]);
	}

	@Test
	void aTickIsPositive() {
		try (Watchdog watchdog = new Watchdog()) {
			assertThatIllegalArgumentException().isThrownBy(() -> watchdog.tick(Duration.ZERO));
		}
	}

}
