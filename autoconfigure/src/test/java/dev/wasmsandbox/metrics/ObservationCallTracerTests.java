package dev.wasmsandbox.metrics;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.module.ModuleSource;
import dev.wasmsandbox.observe.Outcome;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What is observed of calls and sessions on the caller's thread. */
class ObservationCallTracerTests {

	/** Calls the host, which may call any module. */
	private static final byte[] OUTER = Wat.assemble("""
			(module
			  (import "env" "host" (func $host (param i32) (result i32)))
			  (func (export "ask") (param i32) (result i32) local.get 0 call $host))
			""");

	private final TestObservationRegistry registry = TestObservationRegistry.create();

	/** What has ended. */
	private final List<Observation.Context> stopped = new CopyOnWriteArrayList<>();

	private @Nullable HostFunction host;

	private @Nullable WasmSandboxes sandboxes;

	@BeforeEach
	void listen() {
		this.registry.observationConfig().observationHandler(new ObservationHandler<>() {

			@Override
			public void onStop(Observation.Context context) {
				ObservationCallTracerTests.this.stopped.add(context);
			}

			@Override
			public boolean supportsContext(Observation.Context context) {
				return true;
			}

		});
	}

	@AfterEach
	void close() {
		assertThat(this.registry.getCurrentObservationScope()).as("a scope was left open").isNull();
		Objects.requireNonNull(this.sandboxes).close();
	}

	private WasmSandboxes sandboxes(@Nullable WasmCallObservationConvention convention) {
		WasmSandboxes made = WasmSandboxes.builder()
			.callTracer(new ObservationCallTracer(this.registry, convention, null))
			.build();
		this.sandboxes = made;
		return made;
	}

	private WasmSandbox load(String fixture) {
		return load(fixture, Fixtures.bytes(fixture));
	}

	private WasmSandbox load(String name, byte[] module) {
		WasmSandboxes all = (this.sandboxes != null) ? this.sandboxes : sandboxes(null);
		ModuleDefinition.Builder definition = ModuleDefinition.named(name)
			.source(ModuleSource.of(module))
			.pool(new PoolSettings(2, Duration.ZERO));
		if (this.host != null) {
			definition.hostFunction(this.host);
		}
		return all.load(definition.build());
	}

	private TestObservationRegistryAssert.TestObservationRegistryAssertReturningObservationContextAssert only(
			String name) {
		return TestObservationRegistryAssert.assertThat(this.registry)
			.hasNumberOfObservationsEqualTo(1)
			.hasSingleObservationThat()
			.hasNameEqualTo(name)
			.hasBeenStarted()
			.hasBeenStopped();
	}

	/** What is called {@code add}, by code and by client. */
	interface Adder {

		int add(int left, int right);

	}

	@Test
	void aCallIsObservedHoweverItIsMade() {
		WasmSandbox sandbox = load("simple_module");
		Adder client = sandbox.as(Adder.class);
		List<Runnable> ways = List.of(() -> sandbox.call("add", int.class, 2, 3),
				() -> sandbox.export("add").callInt(2, 3), () -> client.add(2, 3),
				() -> sandbox.callAsync("add", int.class, 2, 3).join());
		for (Runnable way : ways) {
			this.registry.clear();
			way.run();
			only("wasm.call").hasContextualNameEqualTo("wasm simple_module add")
				.hasLowCardinalityKeyValue("module", "simple_module")
				.hasLowCardinalityKeyValue("function", "add")
				.hasLowCardinalityKeyValue("outcome", "SUCCESS")
				.hasLowCardinalityKeyValue("error", "none")
				.doesNotHaveHighCardinalityKeyValueWithKey("tenant")
				.doesNotHaveError()
				.doesNotHaveParentObservation();
		}
	}

	@Test
	void callsByConventionAreObservedOnce() {
		WasmSandbox sandbox = load("abi_c");
		assertThat(sandbox.call("upper", String.class, "shout")).isEqualTo("SHOUT");
		only("wasm.call").hasLowCardinalityKeyValue("function", "upper")
			.hasLowCardinalityKeyValue("outcome", "SUCCESS");
	}

	@Test
	void aFailureIsTheErrorOfItsObservation() {
		WasmSandbox sandbox = load("traps");
		assertThatExceptionOfType(SandboxTrapException.class).isThrownBy(() -> sandbox.call("unreachable", void.class))
			.satisfies((trap) -> only("wasm.call").hasLowCardinalityKeyValue("outcome", "TRAP")
				.hasLowCardinalityKeyValue("error", "SandboxTrapException")
				.hasError(trap));
	}

	@Test
	void whatIsRefusedIsObservedUnderNoNameThatACallerMadeUp() {
		WasmSandbox sandbox = load("simple_module");
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> sandbox.call("made up", int.class));
		only("wasm.call").hasLowCardinalityKeyValue("function", "UNKNOWN")
			.hasLowCardinalityKeyValue("outcome", "ABI")
			.hasError();
		this.registry.clear();
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> sandbox.call("add", int.class, "text"));
		only("wasm.call").hasLowCardinalityKeyValue("function", "add").hasLowCardinalityKeyValue("outcome", "ABI");
		this.registry.clear();
		try (SandboxSession one = sandbox.openSession(); SandboxSession two = sandbox.openSession()) {
			assertThat(one.instanceId()).isNotEqualTo(two.instanceId());
			assertThatExceptionOfType(SandboxBusyException.class)
				.isThrownBy(() -> sandbox.call("add", int.class, 2, 3));
			TestObservationRegistryAssert.assertThat(this.registry)
				.hasObservationWithNameEqualTo("wasm.call")
				.that()
				.hasLowCardinalityKeyValue("outcome", "BUSY")
				.hasBeenStopped();
		}
	}

	@Test
	void callsOfHostFunctionsAreChildren() {
		WasmSandbox inner = load("simple_module");
		this.host = HostFunction.of("env", "host", "(i32) -> i32", (_, arguments) -> {
			Observation own = Observation.start("own", this.registry);
			own.stop();
			return new long[] { inner.call("add", int.class, (int) arguments[0], 1) };
		});
		WasmSandbox outer = load("outer", OUTER);
		Observation caller = Observation.start("caller", this.registry);
		try (Observation.Scope _ = caller.openScope()) {
			assertThat(outer.call("ask", int.class, 41)).isEqualTo(42);
		}
		caller.stop();
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasNumberOfObservationsEqualTo(4)
			.hasObservationWithNameEqualTo("own")
			.that()
			.hasParentObservationContextMatching((parent) -> module(parent).equals("outer"));
		Observation.Context called = this.stopped.stream()
			.filter((context) -> module(context).equals("simple_module"))
			.findFirst()
			.orElseThrow();
		assertThat(module(parent(called))).isEqualTo("outer");
		assertThat(parent(parent(called))).isSameAs(caller.getContext());
	}

	private static String module(Observation.ContextView context) {
		return (context instanceof WasmObservationContext call) ? call.getModule() : "";
	}

	private static Observation.ContextView parent(Observation.ContextView context) {
		return Objects.requireNonNull(context.getParentObservation()).getContextView();
	}

	@Test
	void sessionsMayOverlapAndAreNotTheCurrentObservation() {
		WasmSandbox sandbox = load("traps");
		Observation caller = Observation.start("caller", this.registry);
		try (Observation.Scope _ = caller.openScope()) {
			SandboxSession one = sandbox.openSession("one");
			SandboxSession two = sandbox.openSession("two");
			assertThat(this.registry.getCurrentObservation()).isSameAs(caller);
			assertThat(one.call("ok", int.class)).isEqualTo(two.call("ok", int.class));
			one.close();
			assertThatExceptionOfType(SandboxTrapException.class).isThrownBy(() -> two.call("unreachable", void.class));
			two.close();
			two.close();
		}
		caller.stop();
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasNumberOfObservationsWithNameEqualTo("wasm.session", 2)
			.hasNumberOfObservationsWithNameEqualTo("wasm.call", 0);
		session("one", "SUCCESS", "none");
		session("two", "TRAP", "SandboxTrapException");
	}

	private void session(String label, String outcome, String error) {
		WasmSessionObservationContext session = session(label);
		assertThat(session.getContextualName()).isEqualTo("wasm session traps");
		assertThat(session.getLowCardinalityKeyValues()).containsExactlyInAnyOrder(KeyValue.of("module", "traps"),
				KeyValue.of("outcome", outcome), KeyValue.of("error", error));
		assertThat(parent(session).getName()).isEqualTo("caller");
	}

	private WasmSessionObservationContext session(String label) {
		return this.stopped.stream()
			.filter(WasmSessionObservationContext.class::isInstance)
			.map(WasmSessionObservationContext.class::cast)
			.filter((session) -> session.getHighCardinalityKeyValues()
				.stream()
				.anyMatch(KeyValue.of("session", label)::equals))
			.findFirst()
			.orElseThrow();
	}

	@Test
	void aSessionThatCouldNotBeOpenedIsAnErrorToo() {
		WasmSandbox sandbox = load("simple_module");
		try (SandboxSession one = sandbox.openSession("a"); SandboxSession two = sandbox.openSession("b")) {
			assertThat(one.moduleName()).isEqualTo(two.moduleName());
			assertThatExceptionOfType(SandboxBusyException.class).isThrownBy(() -> sandbox.openSession("c"));
		}
		assertThat(session("c").getOutcome()).isEqualTo(Outcome.BUSY);
		assertThat(session("c").getError()).isInstanceOf(SandboxBusyException.class);
		assertThat(session("a").getOutcome()).isEqualTo(Outcome.SUCCESS);
	}

	@Test
	void theTenantIsForTracesOnly() {
		load("simple_module").forTenant("acme").call("add", int.class, 2, 3);
		only("wasm.call").hasHighCardinalityKeyValue("tenant", "acme")
			.doesNotHaveLowCardinalityKeyValueWithKey("tenant");
	}

	@Test
	void anotherConventionTakesItsPlace() {
		sandboxes(new DefaultWasmCallObservationConvention() {

			@Override
			public String getName() {
				return "plugin";
			}

			@Override
			public KeyValues getLowCardinalityKeyValues(WasmCallObservationContext context) {
				return super.getLowCardinalityKeyValues(context).and("said", context.getFunction());
			}

		});
		WasmSandbox sandbox = load("simple_module");
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> sandbox.call("made up", int.class));
		only("plugin").hasLowCardinalityKeyValue("said", "made up");
	}

	@Test
	void whatNobodyWantsToObserveIsCalledAllTheSame() {
		this.registry.observationConfig().observationPredicate((name, _) -> !name.startsWith("wasm"));
		assertThat(load("simple_module").call("add", int.class, 2, 3)).isEqualTo(5);
		TestObservationRegistryAssert.assertThat(this.registry).doesNotHaveAnyObservation();
		try (WasmSandboxes unobserved = WasmSandboxes.builder()
			.callTracer(new ObservationCallTracer(ObservationRegistry.NOOP, null, null))
			.build()) {
			WasmSandbox sandbox = unobserved.load(
					ModuleDefinition.named("simple").source(ModuleSource.of(Fixtures.bytes("simple_module"))).build());
			assertThat(sandbox.call("add", int.class, 2, 3)).isEqualTo(5);
			assertThat(sandbox.callAsync("add", int.class, 2, 3).join()).isEqualTo(5);
		}
	}

	/** What observes must not cost sandboxes, whatever it does. */
	@Test
	void anObserverThatFailsLeaksNoSandbox() {
		WasmSandbox sandbox = load("simple_module");
		this.registry.observationConfig().observationHandler(new ObservationHandler<>() {

			@Override
			public void onStop(Observation.Context context) {
				throw new UnsupportedOperationException("broken");
			}

			@Override
			public boolean supportsContext(Observation.Context context) {
				return true;
			}

		});
		for (int i = 0; i < 3; i++) {
			assertThatExceptionOfType(UnsupportedOperationException.class)
				.isThrownBy(() -> sandbox.call("add", int.class, 2, 3));
			SandboxSession session = sandbox.openSession();
			assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(session::close);
		}
		assertThat(sandbox.statistics().pool().leased()).isZero();
	}

}
