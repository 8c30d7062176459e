package dev.wasmsandbox.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.observe.Outcome;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CleanInstancesStressTests {

	private static final int THREADS = 32;

	private static final int ROUNDS = 300;

	@Test
	void noCallSeesWhatAnotherLeftWhoeverRunsBesideIt() throws Exception {
		try (WasmSandbox state = WasmSandbox.builder()
			.source(Fixtures.bytes("state"))
			.pool(new PoolSettings(5, Duration.ofMinutes(1)))
			.build(); ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			List<Future<Integer>> leaks = new ArrayList<>();
			for (int i = 0; i < THREADS; i++) {
				leaks.add(threads.submit(hunt(state)));
			}
			for (Future<Integer> leak : leaks) {
				assertThat(leak.get()).isZero();
			}
			PoolStatistics pool = state.statistics().pool();
			assertThat(pool.leased()).isZero();
			assertThat(pool.pending()).isZero();
			assertThat(pool.idle()).isBetween(1, 5);
			assertThat(state.statistics().calls())
				.containsOnly(java.util.Map.entry(Outcome.SUCCESS, (long) THREADS * ROUNDS * 4));
		}
	}

	@Test
	void modulesCanBeUnloadedAtAnyMoment() {
		for (int round = 0; round < 40; round++) {
			WasmSandbox state = WasmSandbox.builder().source(Fixtures.bytes("state")).build();
			SandboxSession open = state.openSession();
			for (int i = 0; i < 95 + round; i++) {
				state.call("put", void.class, 99L);
			}
			open.call("put", void.class, 99L);
			// The reset strategy is being looked for on another thread right now.
			state.close();
			assertThat(open.call("get_memory", long.class)).isEqualTo(99);
			open.close();
			assertThat(state.statistics().pool().leased()).isZero();
		}
	}

	private static Callable<Integer> hunt(WasmSandbox state) {
		return () -> {
			int leaks = 0;
			for (int round = 0; round < ROUNDS; round++) {
				long secret = ThreadLocalRandom.current().nextLong(1_000, Long.MAX_VALUE);
				try (SandboxSession session = state.openSession()) {
					leaks += (session.call("get_global", long.class) != 7) ? 1 : 0;
					leaks += (session.call("get_memory", long.class) != 11) ? 1 : 0;
					session.call("put", void.class, secret);
					leaks += (session.call("get_memory", long.class) != secret) ? 1 : 0;
				}
			}
			return leaks;
		};
	}

}
