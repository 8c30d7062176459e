package dev.wasmsandbox.test;

import java.lang.reflect.Proxy;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

import dev.wasmsandbox.SandboxBuilder;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmClient;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.error.SandboxTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@WasmTest("classpath:wasm/state.wasm")
@SuppressWarnings("NullAway.Init") // the extension's work
class WasmTestTests {

	private static final Set<WasmSandbox> SANDBOXES = new HashSet<>();

	private static final Set<SandboxSession> SESSIONS = new HashSet<>();

	@WasmTest
	private SandboxSession session;

	@WasmTest
	private State state;

	@WasmTest("classpath:wasm/simple_module.wasm")
	private WasmSandbox simple;

	@RepeatedTest(2)
	void sessionsAreNewForEachTestAndModulesAreNot(WasmSandbox sandbox, SandboxSession own) {
		assertThat(this.session.<Integer>call("increment", int.class)).isEqualTo(1);
		assertThat(this.session.<Integer>call("increment", int.class)).isEqualTo(2);
		assertThat(own).isNotSameAs(this.session);
		SESSIONS.forEach((ended) -> assertThatIllegalStateException().isThrownBy(() -> ended.export("increment")));
		SESSIONS.add(own);
		SESSIONS.add(this.session);
		SANDBOXES.add(sandbox);
		assertThat(SANDBOXES).hasSize(1);
		assertThat(sandbox.name()).isEqualTo("state");
	}

	@Test
	void clientsAreGiven(State parameter) {
		assertThat(this.state.increment()).isEqualTo(1);
		assertThat(parameter.increment()).isEqualTo(1);
	}

	@Test
	void fieldsAndParametersMayBeOfOtherModules(
			@WasmTest(value = "classpath:/wasm/traps.wasm", callTimeout = 20) WasmSandbox traps) {
		assertThat(this.simple.<Integer>call("add", int.class, 1, 2)).isEqualTo(3);
		assertThatExceptionOfType(SandboxTimeoutException.class)
			.isThrownBy(() -> traps.call("loop_forever", void.class));
		assertThat(traps.info().limits().callTimeout()).hasMillis(20);
	}

	@Test
	void customizersChangeHowAModuleIsLoaded(@WasmTest(value = "classpath:wasm/state.wasm", memoryLimit = 1 << 20,
			customizer = Renaming.class) WasmSandbox renamed) {
		assertThat(renamed.name()).isEqualTo("renamed");
		assertThat(renamed.info().limits().memoryBytes()).isEqualTo(1 << 20);
	}

	@Test
	@SuppressWarnings("NullAway") // a context has no more than the extension asks for
	void staticFieldsAreRefused() {
		ExtensionContext context = (ExtensionContext) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { ExtensionContext.class },
				(_, method, _) -> method.getName().equals("getRequiredTestClass") ? StaticField.class : null);
		assertThatExceptionOfType(ExtensionConfigurationException.class)
			.isThrownBy(() -> new WasmTestExtension().beforeAll(context))
			.withMessageContaining("does not set static fields")
			.withMessageContaining("StaticField.shared");
	}

	@AfterAll
	static void sandboxesAreOpenUntilTheClassEnds() {
		assertThat(SANDBOXES)
			.allSatisfy((sandbox) -> assertThat(sandbox.<Integer>call("increment", int.class)).isEqualTo(1));
	}

	@Nested
	class Inside {

		@Test
		void theOuterModuleIsUsed(WasmSandbox sandbox) {
			assertThat(sandbox.name()).isEqualTo("state");
			assertThat(WasmTestTests.this.state.increment()).isEqualTo(1);
		}

	}

	@WasmClient("state")
	interface State {

		int increment();

	}

	/** Not run: it would fail. */
	static final class StaticField {

		@WasmTest
		static WasmSandbox shared;

	}

	static final class Renaming implements Consumer<SandboxBuilder> {

		@Override
		public void accept(SandboxBuilder builder) {
			builder.name("renamed");
		}

	}

}
