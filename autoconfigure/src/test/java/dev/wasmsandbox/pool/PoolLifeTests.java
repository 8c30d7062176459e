package dev.wasmsandbox.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.PoolSettings;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What happens to a pool's sandboxes beside being leased. */
class PoolLifeTests {

	private static final PoolSettings FOUR = new PoolSettings(4, Duration.ZERO);

	private static WasmSandbox sandbox(String fixture, PoolSettings settings) {
		return WasmSandbox.builder().name(fixture).source(Fixtures.bytes(fixture)).pool(settings).build();
	}

	private static void awaitIdle(WasmSandbox sandbox, int idle) {
		Awaitility.await().until(() -> sandbox.statistics().pool().idle() == idle);
	}

	/** Opens all sessions there may be, and sees that one more is refused. */
	private static void assertMaxSize(WasmSandbox sandbox, int size) {
		List<SandboxSession> sessions = new ArrayList<>();
		try {
			for (int i = 0; i < size; i++) {
				sessions.add(sandbox.openSession());
			}
			assertThatExceptionOfType(SandboxBusyException.class).isThrownBy(sandbox::openSession);
		}
		finally {
			sessions.forEach(SandboxSession::close);
		}
	}

	@Test
	void sandboxesAreReadyWhenTheModuleIsLoadedAndLikeNewOnes() {
		try (WasmSandbox state = sandbox("state", FOUR.withMinIdle(3))) {
			assertThat(state.statistics().pool().idle()).isEqualTo(3);
			try (SandboxSession a = state.openSession();
					SandboxSession b = state.openSession();
					SandboxSession c = state.openSession()) {
				for (SandboxSession session : List.of(a, b, c)) {
					assertThat(session.call("get_global", long.class)).isEqualTo(7);
					assertThat(session.call("get_memory", long.class)).isEqualTo(11);
				}
			}
		}
	}

	@Test
	void startFunctionsRunForLeasesOnlyNotForSandboxesMadeAhead() {
		AtomicInteger starts = new AtomicInteger();
		byte[] module = Wat.assemble("""
				(module
				  (import "env" "started" (func $started))
				  (memory 1)
				  (start $started)
				  (func (export "nothing")))
				""");
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.source(module)
			.hostFunction(HostFunction.of("env", "started", "() -> ()", (context, arguments) -> {
				starts.incrementAndGet();
				return null;
			}))
			.pool(FOUR.withMinIdle(4))
			.build()) {
			// One instance is started to see that the module can be.
			assertThat(starts).hasValue(1);
			sandbox.call("nothing", void.class);
			assertThat(starts).hasValue(2);
		}
	}

	@Test
	void whatIsDiscardedIsMadeAgain() {
		try (WasmSandbox traps = sandbox("traps", FOUR.withMinIdle(2))) {
			for (int i = 0; i < 10; i++) {
				assertThatExceptionOfType(SandboxTrapException.class)
					.isThrownBy(() -> traps.call("unreachable", void.class));
			}
			awaitIdle(traps, 2);
			PoolStatistics pool = traps.statistics().pool();
			assertThat(pool.discarded()).isEqualTo(10);
			assertThat(pool.created()).isEqualTo(pool.discarded() + 2);
		}
	}

	@Test
	void keptReadyAreNoMoreThanMayBeLeased() {
		try (WasmSandbox state = sandbox("state", FOUR.withMinIdle(4)); SandboxSession a = state.openSession()) {
			assertThat(a).isNotNull();
			state.pool().rebuild();
			assertThat(state.statistics().pool().idle()).isEqualTo(3);
		}
	}

	@Test
	void whatIsNotUsedGoesDownToTheMinimum() {
		try (WasmSandbox state = sandbox("state", FOUR.withMinIdle(1).withKeepAlive(Duration.ofMillis(40)))) {
			assertMaxSize(state, 4);
			awaitIdle(state, 1);
			PoolStatistics pool = state.statistics().pool();
			assertThat(pool.discarded()).isEqualTo(pool.created() - 1).isGreaterThanOrEqualTo(3);
			assertThat(state.call("get_memory", long.class)).isEqualTo(11);
		}
	}

	@Test
	void drainingSparesLeasesAndReplacesTheirSandboxesAfterwards() {
		try (WasmSandbox state = sandbox("state", FOUR)) {
			SandboxSession before = state.openSession();
			before.call("put", void.class, 99L);
			state.pool().drain();
			assertThat(before.call("get_memory", long.class)).isEqualTo(99);
			state.call("put", void.class, 1L);
			long created = state.statistics().pool().created();
			assertThat(state.statistics().pool().idle()).isEqualTo(1);
			before.close();
			assertThat(state.statistics().pool().idle()).isEqualTo(1);
			assertThat(state.statistics().pool().created()).isEqualTo(created);
			assertMaxSize(state, 4);
		}
	}

	@Test
	void rebuildingMakesNewOnesBeforeItReturns() {
		try (WasmSandbox state = sandbox("state", FOUR.withMinIdle(3))) {
			long created = state.statistics().pool().created();
			state.pool().rebuild();
			PoolStatistics pool = state.statistics().pool();
			assertThat(pool.idle()).isEqualTo(3);
			assertThat(pool.created()).isEqualTo(created + 3);
			assertThat(pool.discarded()).isEqualTo(created);
		}
	}

	@Test
	void resizingChangesHowManyMayBeLeased() {
		try (WasmSandbox state = sandbox("state", FOUR)) {
			state.pool().resize(6);
			assertMaxSize(state, 6);
			assertThat(state.statistics().pool().idle()).isEqualTo(6);
			state.pool().resize(2);
			assertThat(state.statistics().pool().idle()).isEqualTo(2);
			assertThat(state.statistics().pool().maxSize()).isEqualTo(2);
			assertMaxSize(state, 2);
			assertThatIllegalArgumentException().isThrownBy(() -> state.pool().resize(0))
				.withMessageContaining("pool.max-size must be at least 1");
		}
	}

	@Test
	void resizingBelowWhatIsLeasedTakesEffectAsLeasesEnd() {
		try (WasmSandbox state = sandbox("state", FOUR)) {
			List<SandboxSession> sessions = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				sessions.add(state.openSession());
			}
			state.pool().resize(2);
			assertThat(state.statistics().pool().leased()).isEqualTo(4);
			sessions.removeLast().close();
			sessions.removeLast().close();
			assertThat(state.statistics().pool().idle()).isZero();
			assertThatExceptionOfType(SandboxBusyException.class).isThrownBy(state::openSession);
			sessions.forEach(SandboxSession::close);
			assertMaxSize(state, 2);
		}
	}

	@Test
	void aSuspendedPoolServesCallsButKeepsNothing() {
		try (WasmSandbox state = sandbox("state", FOUR.withMinIdle(2))) {
			state.pool().suspend();
			assertThat(state.statistics().pool().idle()).isZero();
			assertMaxSize(state, 4);
			assertThat(state.statistics().pool().idle()).isZero();
			state.pool().resume();
			assertThat(state.statistics().pool().idle()).isEqualTo(2);
		}
	}

	@Test
	void aClosedPoolStaysEmptyWhateverIsDoneToIt() {
		WasmSandbox state = sandbox("state", FOUR.withMinIdle(2));
		SandboxSession open = state.openSession();
		state.close();
		state.pool().resume();
		state.pool().rebuild();
		state.pool().drain();
		state.pool().resize(9);
		assertThat(open.call("get_memory", long.class)).isEqualTo(11);
		open.close();
		PoolStatistics pool = state.statistics().pool();
		assertThat(pool.idle()).isZero();
		assertThat(pool.leased()).isZero();
		assertThat(pool.discarded()).isEqualTo(pool.created());
	}

}
