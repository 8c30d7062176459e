package dev.wasmsandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SecurityViolationException;
import dev.wasmsandbox.guest.HostContext;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.module.ModuleSource;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.observe.SecurityListener.Refusal;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class CapabilityTests {

	private static final byte[] MODULE = Wat.assemble("(module (import \"env\" \"fetch\" (func $fetch (param i32)))"
			+ "(func (export \"fetch\") (param i32) local.get 0 call $fetch))");

	private final List<Refusal> refusals = new ArrayList<>();

	private final List<HostContext> contexts = new ArrayList<>();

	private SandboxBuilder builder(HostFunction function) {
		return WasmSandbox.builder()
			.name("shop")
			.source(MODULE)
			.hostFunction(function)
			.securityListener(this.refusals::add);
	}

	private HostFunction fetch() {
		return HostFunction.of("env", "fetch", "(i32) -> ()", (context, arguments) -> {
			this.contexts.add(context);
			if (arguments[0] != 0) {
				context.requireCapability("internet");
			}
			return null;
		});
	}

	@Test
	void anImportWhoseCapabilityIsNotGrantedIsRefusedAtLoad() {
		assertThatExceptionOfType(SecurityViolationException.class)
			.isThrownBy(() -> builder(fetch().requiring("http")).capabilities("files", "clock").build())
			.withMessage("Module 'shop': it imports env.fetch, which requires the capability 'http', but is granted "
					+ "clock, files; add it to wasm.modules.shop.capabilities if the module may do that")
			.satisfies((ex) -> assertThat(ex.required()).isEqualTo("http"))
			.satisfies((ex) -> assertThat(ex.granted()).containsExactlyInAnyOrder("files", "clock"));
		assertThat(this.refusals).containsExactly(new Refusal("shop", "env.fetch", "http", Set.of("files", "clock")));
	}

	@Test
	void aGrantedOneIsBound() {
		try (WasmSandbox sandbox = builder(fetch().requiring("http")).capabilities("http").build()) {
			sandbox.call("fetch", void.class, 0);
		}
		assertThat(this.refusals).isEmpty();
		assertThat(this.contexts).hasSize(1);
	}

	@Test
	void aModuleThatDoesNotImportItNeedsNothing() {
		try (WasmSandbox sandbox = TestModules.builder("simple_module")
			.hostFunction(fetch().requiring("http"))
			.build()) {
			assertThat(sandbox.call("add", int.class, 1, 2)).isEqualTo(3);
		}
	}

	@Test
	void aHostFunctionRefusesByItsArgumentsAndTheGuestIsStopped() {
		HostFunction swallowing = HostFunction.of("env", "fetch", "(i32) -> ()", (context, arguments) -> {
			try {
				context.requireCapability("internet");
			}
			catch (SecurityViolationException _) {
				this.contexts.add(context);
			}
			return null;
		});
		try (WasmSandbox sandbox = builder(fetch()).build()) {
			sandbox.call("fetch", void.class, 0);
			assertThatExceptionOfType(SecurityViolationException.class)
				.isThrownBy(() -> sandbox.call("fetch", void.class, 1))
				.withMessageContaining("it called env.fetch, which requires the capability 'internet'");
			assertThat(this.refusals).containsExactly(new Refusal("shop", "env.fetch", "internet", Set.of()));
			assertThat(sandbox.statistics().calls()).containsEntry(Outcome.SECURITY, 1L);
			assertThatIllegalStateException().isThrownBy(() -> this.contexts.getFirst().requireCapability("internet"));
		}
		try (WasmSandbox sandbox = builder(swallowing).build(); SandboxSession session = sandbox.openSession()) {
			session.call("fetch", void.class, 1);
			assertThatIllegalStateException().isThrownBy(() -> session.call("fetch", void.class, 0));
		}
	}

	@Test
	void refusalsAreCountedThoseOfWasiToo() {
		try (WasmSandboxes sandboxes = WasmSandboxes.builder().hostFunction(fetch().requiring("http")).build()) {
			assertThatExceptionOfType(SecurityViolationException.class).isThrownBy(
					() -> sandboxes.load(ModuleDefinition.named("shop").source(ModuleSource.of(MODULE)).build()));
			assertThat(sandboxes.securityViolations()).isEqualTo(1);
			assertThatExceptionOfType(ModuleRejectedException.class).isThrownBy(() -> sandboxes
				.load(ModuleDefinition.named("tool").source(TestModules.source("wasi_command")).build()));
			assertThat(sandboxes.securityViolations()).isEqualTo(11);
		}
	}

}
