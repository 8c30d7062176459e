package dev.wasmsandbox.autoconfigure;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** When modules are loaded and unloaded, relative to all that has a life cycle. */
class WasmLifecycleTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class))
		.withPropertyValues("wasm.modules.simple.location=classpath:wasm/simple_module.wasm");

	@Test
	void modulesOutliveEverythingThatIsStoppedUpToTheLastPhase() {
		AtomicReference<Object> answer = new AtomicReference<>();
		this.runner
			.withInitializer((context) -> ((GenericApplicationContext) context).registerBean("last", Last.class,
					() -> new Last(context.getBeanProvider(WasmSandbox.class)::getObject, Integer.MIN_VALUE, answer)))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(answer).hasValue("started with 5, stopped with 5");
	}

	@Test
	void aStoppedContextHoldsNoIdleSandboxesAndAStartedOneHoldsThemAgain() {
		this.runner.withPropertyValues("wasm.modules.simple.pool.min-idle=3").run((context) -> {
			WasmSandbox sandbox = context.getBean(WasmSandbox.class);
			assertThat(sandbox.statistics().pool().idle()).isEqualTo(3);
			try (SandboxSession leased = sandbox.openSession()) {
				context.getSourceApplicationContext().stop();
				assertThat(sandbox.statistics().pool().idle()).isZero();
				assertThat(leased.call("add", int.class, 2, 3)).isEqualTo(5);
			}
			assertThat(sandbox.call("add", int.class, 2, 3)).isEqualTo(5);
			assertThat(sandbox.statistics().pool().idle()).isZero();
			context.getSourceApplicationContext().start();
			assertThat(sandbox.statistics().pool().idle()).isEqualTo(3);
			assertThat(sandbox.call("add", int.class, 2, 3)).isEqualTo(5);
		});
	}

	@Test
	void thePoolsStartBeforeTheWebServerAndStopAfterItsGracefulShutdown() {
		this.runner.run((context) -> assertThat(context.getBean(WasmPoolLifecycle.class).getPhase())
			.isLessThan(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE)
			.isLessThan(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE));
	}

	/** Calls the sandbox when it is started, first of all, and stopped, last of all. */
	private record Last(Supplier<WasmSandbox> sandbox, int getPhase,
			AtomicReference<Object> answer) implements SmartLifecycle {

		@Override
		public void start() {
			this.answer.set("started with " + call());
		}

		@Override
		public void stop() {
			this.answer.set(this.answer.get() + ", stopped with " + call());
		}

		private int call() {
			return this.sandbox.get().call("add", int.class, 2, 3);
		}

		@Override
		public boolean isRunning() {
			return this.answer.get() != null;
		}

	}

}
