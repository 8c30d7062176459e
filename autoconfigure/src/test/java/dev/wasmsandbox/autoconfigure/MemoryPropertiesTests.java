package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.error.SandboxLimitException;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/** Imported globals and the memory of all modules, as they are configured. */
class MemoryPropertiesTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class));

	private ApplicationContextRunner imports() {
		return this.runner.withPropertyValues("wasm.modules.h.location=classpath:wasm/hideaway_imports.wasm");
	}

	@Test
	void importedGlobalsAreBoundByTheirNamesInBrackets() {
		imports()
			.withPropertyValues("wasm.modules.h.globals[env.__stack_pointer]=65536",
					"wasm.modules.h.globals[env.__table_base]=3", "wasm.modules.h.globals[env.f64]=0.0")
			.run((context) -> {
				WasmSandbox sandbox = context.getBean(WasmSandbox.class);
				assertThat(sandbox.call("seek", int.class, 1L)).isZero();
				assertThat(sandbox.call("unfold", int.class)).isEqualTo(2);
			});
	}

	@Test
	void aValueIsUsedAndNotIgnored() {
		imports()
			.withPropertyValues("wasm.modules.h.globals[env.__stack_pointer]=1",
					"wasm.modules.h.globals[env.__table_base]=3", "wasm.modules.h.globals[env.f64]=0.5")
			.run((context) -> assertThat(context.getBean(WasmSandbox.class).call("seek", int.class, 1L))
				.isEqualTo(4 + 32));
	}

	@Test
	void valuesThatFitNoGlobalFailTheStart() {
		imports().withPropertyValues("wasm.modules.h.globals[env.nothing]=1")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("env.nothing")
				.hasStackTraceContaining("env.__stack_pointer i32"));
		imports().withPropertyValues("wasm.modules.h.globals[env.__stack_pointer]=0.5")
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("env.__stack_pointer, an i32"));
		imports().withPropertyValues("wasm.modules.h.globals[env.__stack_pointer]=many")
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("wasm.modules.h.globals"));
	}

	@Test
	void thereIsNoLimitOnAllMemoryUnlessOneIsSet() {
		this.runner
			.run((context) -> assertThat(context.getBean(WasmSandboxes.class).memoryBudget().limited()).isFalse());
		this.runner.withPropertyValues("wasm.limits.total-memory=7MB")
			.run((context) -> assertThat(context.getBean(WasmSandboxes.class).memoryBudget().limit())
				.isEqualTo(7 << 20));
	}

	@Test
	void theLimitOnAllMemoryIsChecked() {
		this.runner.withPropertyValues("wasm.limits.total-memory=0B")
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("wasm.limits.total-memory"));
		imports().withPropertyValues("wasm.limits.total-memory=2B", "wasm.modules.h.globals[env.__table_base]=3")
			.run((context) -> assertThat(context).getFailure()
				.hasRootCauseInstanceOf(SandboxLimitException.class)
				.hasStackTraceContaining("wasm.limits.total-memory of 2 bytes"));
	}

}
