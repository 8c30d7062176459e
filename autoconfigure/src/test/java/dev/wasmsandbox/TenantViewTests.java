package dev.wasmsandbox;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** A tenant's view of a module, which does not own it. */
class TenantViewTests {

	private static void assertClosingViewsDoesNothing(WasmSandbox calc) {
		WasmSandbox kept = calc.forTenant("kept");
		try (WasmSandbox view = calc.forTenant("acme"); WasmSandbox viewOfAView = view.forTenant("other")) {
			assertThat(view.call("add", int.class, 1, 2)).isEqualTo(3);
			assertThat(viewOfAView.call("add", int.class, 1, 2)).isEqualTo(3);
		}
		assertThat(calc.call("add", int.class, 1, 2)).isEqualTo(3);
		assertThat(kept.call("add", int.class, 1, 2)).isEqualTo(3);
		calc.close();
		assertThatIllegalStateException().isThrownBy(() -> kept.call("add", int.class, 1, 2))
			.withMessageContaining("was unloaded");
	}

	@Test
	void closingAViewUnloadsNothing() {
		try (WasmSandboxes registry = WasmSandboxes.builder().build()) {
			WasmSandbox calc = registry
				.load(ModuleDefinition.named("calc").source(TestModules.source("simple_module")).build());
			assertClosingViewsDoesNothing(calc);
			assertThat(registry.names()).isEmpty();
		}
	}

	@Test
	void norDoesThatOfASandboxWithARegistryOfItsOwn() {
		try (WasmSandbox calc = TestModules.builder("simple_module").build()) {
			assertClosingViewsDoesNothing(calc);
		}
	}

}
