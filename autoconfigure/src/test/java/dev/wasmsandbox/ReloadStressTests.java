package dev.wasmsandbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.observe.Outcome;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Reloads while a module is called, and many of them. */
@Timeout(300)
class ReloadStressTests {

	private static final int THREADS = 8;

	private static final int RELOADS = 40;

	private final AtomicInteger least = new AtomicInteger();

	private final AtomicInteger most = new AtomicInteger();

	private final AtomicLong calls = new AtomicLong();

	private volatile boolean ended;

	/**
	 * What is answered is no older than the last version whose reload had returned before
	 * the call, and no newer than the last one that was begun.
	 */
	private void caller(WasmSandbox sandbox, int thread) {
		WasmFunction version = sandbox.export("version");
		WasmFunction twice = sandbox.forTenant("t" + thread % 2).export("twice");
		int round = thread;
		while (!this.ended) {
			int earliest = this.least.get();
			int answer = switch (round % 5) {
				case 0 -> sandbox.call("version", int.class);
				case 1 -> version.callInt();
				case 2 -> (twice.callInt(21) - 42) / 1_000;
				case 3 -> sandbox.callAsync("version", int.class).join();
				default -> inSession(sandbox);
			};
			assertThat(answer).isBetween(earliest, this.most.get());
			round++;
			this.calls.incrementAndGet();
		}
	}

	private static int inSession(WasmSandbox sandbox) {
		try (SandboxSession session = sandbox.openSession()) {
			int version = session.call("version", int.class);
			assertThat(session.call("bump", int.class)).isEqualTo(1);
			assertThat(session.call("bump", int.class)).isEqualTo(2);
			assertThat(session.call("twice", int.class, 1)).isEqualTo(1_000 * version + 2);
			return version;
		}
	}

	@Test
	void noCallFailsWhileAModuleIsReloaded() {
		stress(PoolSettings.defaults());
	}

	@Test
	void noCallFailsWhileCallersWaitForSandboxes() {
		stress(PoolSettings.defaults().withMaxSize(3).withMaxWait(Duration.ofMinutes(1)).withMinIdle(1));
	}

	private void stress(PoolSettings pool) {
		try (WasmSandboxes registry = WasmSandboxes.builder().build()) {
			WasmSandbox sandbox = registry.load(Versions.definition("m").pool(pool).build());
			List<CompletableFuture<Void>> callers = new ArrayList<>();
			for (int i = 0; i < THREADS; i++) {
				int thread = i;
				callers.add(CompletableFuture.runAsync(() -> caller(sandbox, thread),
						(task) -> Thread.ofPlatform().start(task)));
			}
			try {
				for (int number = 1; number <= RELOADS; number++) {
					this.most.set(number);
					registry.reload("m", Versions.source(number));
					this.least.set(number);
					long before = this.calls.get();
					Awaitility.await()
						.pollInterval(Duration.ofMillis(1))
						.until(() -> this.calls.get() > before + THREADS
								|| callers.stream().anyMatch(CompletableFuture::isDone));
				}
			}
			finally {
				this.ended = true;
			}
			assertThat(callers).allSatisfy((caller) -> assertThat(caller.join()).isNull());
			assertThat(sandbox.statistics().calls()).containsOnlyKeys(Outcome.SUCCESS);
			assertThat(sandbox.statistics().pool().leased()).isZero();
			assertThat(sandbox.info().reloads()).isEqualTo(RELOADS);
		}
	}

	@Test
	void aHundredReloadsLeaveWhatThereWasBefore() {
		try (WasmSandboxes registry = WasmSandboxes.builder().totalMemory(1L << 30).build()) {
			WasmSandbox sandbox = registry
				.load(Versions.definition("m").pool(PoolSettings.defaults().withMinIdle(2)).build());
			// Kept for long, and never called again: they must keep no version alive.
			List<WasmFunction> kept = new ArrayList<>();
			reloads(registry, sandbox, kept, 1, 10);
			Footprint before = Footprint.settled();
			long counted = registry.memoryBudget().counted();
			reloads(registry, sandbox, kept, 11, 110);
			assertThat(before.growth()).isEmpty();
			assertThat(registry.cache().size()).isEqualTo(1);
			assertThat(registry.memoryBudget().counted()).isLessThanOrEqualTo(counted + (256 << 10));
			assertThat(sandbox.statistics().pool().idle()).isLessThanOrEqualTo(3);
			assertThat(kept).allSatisfy((function) -> assertThat(function.callInt()).isEqualTo(110));
		}
	}

	private static void reloads(WasmSandboxes registry, WasmSandbox sandbox, List<WasmFunction> kept, int first,
			int last) {
		for (int number = first; number <= last; number++) {
			try (SandboxSession open = sandbox.openSession()) {
				kept.add(sandbox.export("version"));
				registry.reload("m", Versions.source(number));
				assertThat(open.call("version", int.class)).isEqualTo(number - 1);
			}
			assertThat(sandbox.call("version", int.class)).isEqualTo(number);
		}
	}

}
