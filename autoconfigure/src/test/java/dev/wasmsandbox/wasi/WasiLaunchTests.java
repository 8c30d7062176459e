package dev.wasmsandbox.wasi;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.SessionOptions;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.compile.AotCompiler;
import dev.wasmsandbox.engine.CompiledModule;
import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.engine.HostBinding;
import dev.wasmsandbox.engine.Sandbox;
import dev.wasmsandbox.engine.SandboxFactory;
import dev.wasmsandbox.engine.SnapshotPlan;
import dev.wasmsandbox.engine.Watchdog;
import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.HostFunctionException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ModuleScreener;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What a session is given of its own, and that no other sees it. */
class WasiLaunchTests {

	private static final String MEMORY = "(memory (export \"memory\") 2 64)";

	private static WasmSandbox command(WasiSettings.Builder settings) {
		return WasmSandbox.builder()
			.name("command")
			.source(Fixtures.bytes("wasi_command"))
			.wasi(settings.build())
			.build();
	}

	private static SessionOptions captured() {
		return SessionOptions.defaults().captureOutput();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static String run(WasmSandbox sandbox, SessionOptions options) {
		try (SandboxSession session = sandbox.openSession(options)) {
			session.call("_start", void.class);
			return new String(session.stdout(), StandardCharsets.UTF_8);
		}
	}

	@Test
	void aSessionHasArgumentsVariablesAndInputOfItsOwnAndTheNextOneHasNone() {
		WasiSettings.Builder settings = WasiSettings.builder()
			.arguments("tool", "--env", "ONE", "--env", "TWO")
			.environment("ONE", "one")
			.environment("TWO", "two");
		try (WasmSandbox sandbox = command(settings)) {
			for (int i = 0; i < 2; i++) {
				assertThat(run(sandbox, captured())).isEqualTo("one\ntwo\n");
				assertThat(run(sandbox, captured().environment("TWO", "zwei"))).isEqualTo("one\nzwei\n");
				assertThat(run(sandbox, captured().arguments("tool", "--env", "THREE").environment("THREE", "drei")))
					.isEqualTo("drei\n");
				assertThat(run(sandbox, captured().arguments("tool").stdin(bytes("input " + i))))
					.isEqualTo("INPUT " + i);
				assertThat(run(sandbox, captured().arguments("tool"))).isEmpty();
			}
			assertThat(sandbox.statistics().pool().created()).isEqualTo(1);
		}
	}

	@Test
	void outputIsCapturedOnlyInTheSessionThatWantsItAndStaysBounded() {
		try (WasmSandbox sandbox = command(WasiSettings.builder().maxOutput(4))) {
			assertThat(run(sandbox, captured().stdin(bytes("abcd")))).isEqualTo("ABCD");
			assertThat(run(sandbox, SessionOptions.defaults().stdin(bytes("abcd")))).isEmpty();
			try (SandboxSession session = sandbox.openSession(captured().stdin(bytes("abcde")))) {
				assertThatExceptionOfType(SandboxLimitException.class)
					.isThrownBy(() -> session.call("_start", void.class));
			}
		}
	}

	@Test
	void theLabelIsKeptAndTheBytesAreCopied() {
		byte[] input = bytes("before");
		SessionOptions options = captured().instanceId("mine").stdin(input);
		input[0] = '!';
		try (WasmSandbox sandbox = command(WasiSettings.builder())) {
			try (SandboxSession session = sandbox.openSession(options)) {
				assertThat(session.instanceId()).isEqualTo("mine");
			}
			assertThat(run(sandbox, options)).isEqualTo("BEFORE");
			assertThat(run(sandbox, options)).isEqualTo("BEFORE");
		}
	}

	@Test
	void withoutWasiOnlyALabelIsTakenAndARefusalLeavesNothingLeased() {
		try (WasmSandbox sandbox = WasmSandbox.builder().name("plain").source(Fixtures.bytes("values")).build()) {
			for (SessionOptions options : List.of(SessionOptions.defaults().arguments("tool"),
					SessionOptions.defaults().environment("A", "b"), SessionOptions.defaults().stdin(new byte[0]),
					captured())) {
				assertThatIllegalStateException().isThrownBy(() -> sandbox.openSession(options))
					.withMessageContaining("wasm.modules.plain.wasi.enabled");
			}
			assertThat(sandbox.statistics().pool().leased()).isZero();
			try (SandboxSession session = sandbox.openSession(SessionOptions.defaults().instanceId("label"))) {
				assertThat(session.instanceId()).isEqualTo("label");
			}
		}
	}

	@Test
	void whatCannotBePassedToAProgramIsRefused() {
		SessionOptions none = SessionOptions.defaults();
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> none.arguments("a\0b"));
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> none.environment("", "value"));
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> none.environment("A=B", "value"));
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> none.environment("A", "\0"));
	}

	@Test
	void whatTheStartCodeHasReadIsNotChangedAndAllElseIs() {
		String args = "i32.const 0 i32.const 8 call $args_sizes_get drop";
		String environ = "i32.const 0 i32.const 8 call $environ_sizes_get drop";
		String stdin = "i32.const 4 i32.const 8 i32.store i32.const 0 i32.const 0 i32.const 1 i32.const 64 call $fd_read drop";
		SessionOptions arguments = captured().arguments("a");
		SessionOptions environment = captured().environment("A", "b");
		SessionOptions input = captured().stdin(bytes("in"));
		refused(args, "arguments", arguments, List.of(environment, input));
		refused(environ, "environment", environment, List.of(arguments, input));
		refused(stdin, "stdin", input, List.of(arguments, environment));
	}

	private static void refused(String start, String what, SessionOptions refused, List<SessionOptions> taken) {
		try (WasmSandbox sandbox = RawGuest.sandbox(WasiSettings.builder(), MEMORY,
				"(func (export \"_initialize\") " + start + ")")) {
			assertThatIllegalStateException().isThrownBy(() -> sandbox.openSession(refused))
				.withMessageContaining("wasm.modules.raw.wasi." + what);
			assertThat(sandbox.statistics().pool().leased()).isZero();
			taken.forEach((options) -> sandbox.openSession(options).close());
		}
	}

	@Test
	void aReactorThatUsedWasiOtherwiseIsGivenItsInputAndOutput() {
		String start = "(data (i32.const 256) \"start\")(func (export \"_initialize\")"
				+ " i32.const 0 i32.const 256 i32.store i32.const 4 i32.const 5 i32.store"
				+ " i32.const 1 i32.const 0 i32.const 1 i32.const 64 call $fd_write drop)";
		try (WasmSandbox sandbox = RawGuest.sandbox(WasiSettings.builder().stdin(bytes("module's")), MEMORY, start);
				SandboxSession session = sandbox.openSession(captured().stdin(bytes("mine")).arguments("one"))) {
			session.memory().writeInt(0, 512);
			session.memory().writeInt(4, 100);
			assertThat(session.call("fd_read", int.class, 0, 0, 1, 64)).isZero();
			assertThat(session.memory().readString(512, session.memory().readInt(64))).isEqualTo("mine");
			assertThat(session.call("args_sizes_get", int.class, 64, 68)).isZero();
			assertThat(session.memory().readInt(64)).isEqualTo(1);
			session.memory().writeInt(4, 4);
			assertThat(session.call("fd_write", int.class, 1, 0, 1, 64)).isZero();
			assertThat(session.stdout()).asString(StandardCharsets.UTF_8).isEqualTo("mine");
		}
	}

	@Test
	void whatARunningCallFindsIsNotChanged() {
		byte[] module = Wat
			.assemble("(module (import \"host\" \"change\" (func $change))" + "(func (export \"run\") call $change))");
		List<HostBinding> bindings = new ArrayList<>(WasiHost.bindings(WasiSettings.nothing()));
		bindings.add(new HostBinding("host", "change", FunctionSignature.parse("() -> ()"), (guest, arguments) -> {
			assertThat(WasiHost.enabled(guest)).isTrue();
			WasiHost.launch(guest, WasiLaunch.nothing().stdin(bytes("late")));
			return null;
		}, false));
		SandboxLimits limits = SandboxLimits.defaults();
		ModuleReport report = ModuleScreener.screen("raw", module, limits);
		CompiledModule code = new AotCompiler().compile("raw", module, report, false).code();
		try (Watchdog watchdog = new Watchdog()) {
			SandboxFactory factory = new SandboxFactory("raw", code, bindings, limits, watchdog, MemoryBackend.PORTABLE,
					1, SnapshotPlan.NONE);
			Sandbox sandbox = factory.newSandbox();
			GuestInstance guest = sandbox.lease();
			assertThatExceptionOfType(HostFunctionException.class)
				.isThrownBy(() -> guest.call(Objects.requireNonNull(code.functions().get("run")), new long[0]))
				.withMessageContaining("A call is running");
			guest.close();
			assertThatIllegalStateException().isThrownBy(() -> WasiHost.launch(guest, WasiLaunch.nothing()))
				.withMessageContaining("is closed");
			sandbox.discard();
			factory.close();
		}
	}

}
