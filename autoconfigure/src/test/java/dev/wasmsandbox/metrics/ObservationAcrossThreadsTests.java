package dev.wasmsandbox.metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.module.ModuleSource;
import io.micrometer.context.ContextRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Whose child the observation of a call is that runs on another thread. */
class ObservationAcrossThreadsTests {

	private static final String KEY = "dev.wasmsandbox.test";

	private static final ThreadLocal<String> WHO = new ThreadLocal<>();

	private static final byte[] ASKING = Wat.assemble("""
			(module
			  (import "env" "who" (func $who))
			  (func (export "ask") call $who)
			  (func (export "fail") unreachable))
			""");

	private final TestObservationRegistry registry = TestObservationRegistry.create();

	private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();

	private final CountDownLatch goOn = new CountDownLatch(1);

	/**
	 * What a host function found.
	 */
	private record Seen(Thread thread, @Nullable String who, @Nullable Observation current) {
	}

	@BeforeEach
	void carried() {
		ContextRegistry.getInstance().registerThreadLocalAccessor(KEY, WHO);
	}

	@AfterEach
	void forget() {
		ContextRegistry.getInstance().removeThreadLocalAccessor(KEY);
		WHO.remove();
	}

	private WasmSandboxes sandboxes(boolean carry) {
		return WasmSandboxes.builder()
			.virtualThreadPermits(1)
			.callTracer(new ObservationCallTracer(this.registry, null, null, carry))
			.build();
	}

	private WasmSandbox load(WasmSandboxes sandboxes) {
		return sandboxes.load(ModuleDefinition.named("asking")
			.source(ModuleSource.of(ASKING))
			.pool(new PoolSettings(4, Duration.ofSeconds(30)))
			.hostFunction(HostFunction.of("env", "who", "() -> ()", (_, _) -> {
				assertThat(this.goOn.await(30, TimeUnit.SECONDS)).isTrue();
				this.seen.add(new Seen(Thread.currentThread(), WHO.get(), this.registry.getCurrentObservation()));
				return null;
			}))
			.build());
	}

	private static @Nullable Observation parentOf(@Nullable Observation observation) {
		return (Observation) Objects.requireNonNull(observation).getContext().getParentObservation();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void anAsynchronousCallGoesOnWithWhatItsCallerDoes(boolean carry) {
		this.goOn.countDown();
		Observation caller = Observation.start("caller", this.registry);
		try (WasmSandboxes sandboxes = sandboxes(carry)) {
			WasmSandbox sandbox = load(sandboxes);
			WHO.set("me");
			try (Observation.Scope _ = caller.openScope()) {
				sandbox.callAsync("ask", void.class).join();
			}
			WHO.remove();
			sandbox.callAsync("ask", void.class).join();
		}
		caller.stop();
		Seen first = this.seen.remove();
		assertThat(first.thread()).isNotSameAs(Thread.currentThread());
		assertThat(first.who()).isEqualTo(carry ? "me" : null);
		assertThat(parentOf(first.current())).isSameAs(caller);
		Seen second = this.seen.remove();
		assertThat(second.who()).as("of the call before on that thread").isNull();
		assertThat(parentOf(second.current())).isNull();
	}

	/** The test registry refuses to open the scope of what has ended. */
	@Test
	void itsCallerMayHaveEndedLongBefore() {
		Observation caller = Observation.start("caller", this.registry);
		try (WasmSandboxes sandboxes = sandboxes(true)) {
			WasmSandbox sandbox = load(sandboxes);
			CompletableFuture<?> call;
			try (Observation.Scope _ = caller.openScope()) {
				call = sandbox.callAsync("ask", void.class);
			}
			caller.stop();
			this.goOn.countDown();
			call.join();
		}
		assertThat(parentOf(this.seen.remove().current())).isSameAs(caller);
	}

	@Test
	void aFailureOnAnotherThreadIsTheErrorOfItsObservation() {
		try (WasmSandboxes sandboxes = sandboxes(true)) {
			CompletableFuture<?> call = load(sandboxes).callAsync("fail", void.class);
			assertThatThrownBy(call::join).hasCauseInstanceOf(SandboxTrapException.class);
		}
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasSingleObservationThat()
			.hasBeenStopped()
			.hasLowCardinalityKeyValue("outcome", "TRAP")
			.hasError();
	}

	@Test
	void aCancelledCallEndsItsObservation() {
		try (WasmSandboxes sandboxes = sandboxes(true)) {
			WasmSandbox traps = sandboxes
				.load(ModuleDefinition.named("traps").source(ModuleSource.of(Fixtures.bytes("traps"))).build());
			CompletableFuture<?> call = traps.callAsync("loop_forever", void.class);
			Awaitility.await().until(() -> traps.statistics().pool().leased() == 1);
			call.cancel(true);
			Awaitility.await().until(() -> traps.statistics().total() == 1);
		}
		Awaitility.await()
			.untilAsserted(() -> TestObservationRegistryAssert.assertThat(this.registry)
				.hasSingleObservationThat()
				.hasBeenStopped()
				.hasLowCardinalityKeyValue("outcome", "INTERRUPTED"));
	}

	/** There is one permit, so all but one wait parked and go on on any carrier. */
	@Test
	void callsOnVirtualThreadsAreChildrenOfWhatTheirThreadDoes() throws Exception {
		this.goOn.countDown();
		int threads = 20;
		List<Future<Observation>> callers = new ArrayList<>();
		try (WasmSandboxes sandboxes = sandboxes(true);
				ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
			WasmSandbox sandbox = load(sandboxes);
			for (int i = 0; i < threads; i++) {
				callers.add(virtual.submit(() -> {
					Observation caller = Observation.start("caller", this.registry);
					try (Observation.Scope _ = caller.openScope()) {
						sandbox.call("ask", void.class);
						sandbox.callAsync("ask", void.class).join();
						assertThat(this.registry.getCurrentObservation()).isSameAs(caller);
					}
					caller.stop();
					return caller;
				}));
			}
			for (Future<Observation> caller : callers) {
				Observation parent = caller.get();
				List<Seen> children = this.seen.stream()
					.filter((one) -> parent.equals(parentOf(one.current())))
					.toList();
				assertThat(children).hasSize(2);
				assertThat(children.stream().filter((one) -> one.thread().isVirtual())).hasSize(1);
			}
		}
		assertThat(this.seen).hasSize(2 * threads);
	}

}
