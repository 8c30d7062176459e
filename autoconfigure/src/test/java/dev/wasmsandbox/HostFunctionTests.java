package dev.wasmsandbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.HostFunctionException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.guest.GuestMemory;
import dev.wasmsandbox.guest.HostContext;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.observe.Outcome;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class HostFunctionTests {

	private final List<String> log = new ArrayList<>();

	private SandboxBuilder builder() {
		return TestModules.builder("host_calls")
			.hostFunction(HostFunction.of("env", "log", "(i32, i32) -> ()", (context, arguments) -> {
				this.log.add(context.memory().readString((int) arguments[0], (int) arguments[1]));
				return null;
			}))
			.hostFunction(HostFunction.of("env", "scale", "(f64) -> f64",
					(context,
							arguments) -> new long[] {
									Double.doubleToRawLongBits(Double.longBitsToDouble(arguments[0]) * 2) }))
			.hostFunction(HostFunction.of("env", "now", "() -> i64", (context, arguments) -> new long[] { 1_234L }));
	}

	private SandboxBuilder builder(HostFunction.Body add) {
		return builder().hostFunction(HostFunction.of("env", "add", "(i32, i32) -> i32", add));
	}

	@Test
	void guestsCallTheHost() {
		try (WasmSandbox sandbox = builder((context, arguments) -> new long[] { arguments[0] + arguments[1] })
			.build()) {
			assertThat(sandbox.call("run_add", int.class, 20, 22)).isEqualTo(42);
			assertThat(sandbox.call("run_scale", double.class, 1.25)).isEqualTo(2.5);
			assertThat(sandbox.call("run_now", long.class)).isEqualTo(1_234);
			sandbox.call("run_log", void.class);
			assertThat(this.log).containsExactly("hello from the guest");
		}
	}

	@Test
	void whatAHostFunctionThrowsIsTheCause() {
		IOException cause = new IOException("disk full");
		try (WasmSandbox sandbox = builder((context, arguments) -> {
			throw cause;
		}).build()) {
			assertThatExceptionOfType(HostFunctionException.class)
				.isThrownBy(() -> sandbox.call("run_add", int.class, 1, 2))
				.withMessageContaining("the host function env.add threw")
				.withCause(cause);
			assertThat(sandbox.statistics().calls()).containsEntry(Outcome.ERROR, 1L);
			assertThat(sandbox.call("run_now", long.class)).isEqualTo(1_234);
		}
	}

	@Test
	void aHostFunctionMustReturnWhatItsSignatureSays() {
		try (WasmSandbox sandbox = builder((context, arguments) -> null).build()) {
			assertThatExceptionOfType(HostFunctionException.class)
				.isThrownBy(() -> sandbox.call("run_add", int.class, 1, 2))
				.withMessage(
						"Module 'host_calls': the host function env.add returned 0 values, but is (i32, i32) -> i32");
		}
	}

	@Test
	void badPointersOfTheGuestAreItsFault() {
		try (WasmSandbox sandbox = builder((context, arguments) -> {
			context.memory().readBytes(-1, 10);
			return new long[] { 0 };
		}).build()) {
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> sandbox.call("run_add", int.class, 1, 2));
		}
	}

	@Test
	void anInterruptInAHostFunctionEndsTheCallAndStaysSet() {
		try (WasmSandbox sandbox = builder((context, arguments) -> {
			Thread.currentThread().interrupt();
			Thread.sleep(1);
			return new long[] { 0 };
		}).build()) {
			assertThatExceptionOfType(SandboxInterruptedException.class)
				.isThrownBy(() -> sandbox.call("run_add", int.class, 1, 2));
			assertThat(Thread.interrupted()).isTrue();
		}
	}

	@Test
	void theFailureOfAnotherSandboxIsTheHostFunctions() {
		try (WasmSandbox other = TestModules.builder("traps").build();
				WasmSandbox sandbox = builder((context, arguments) -> new long[] { other.call("div", int.class, 1, 0) })
					.build()) {
			assertThatExceptionOfType(HostFunctionException.class)
				.isThrownBy(() -> sandbox.call("run_add", int.class, 1, 2))
				.withCauseInstanceOf(SandboxTrapException.class);
		}
	}

	@Test
	void theHostCanGrowTheGuestsMemory() {
		try (WasmSandbox sandbox = builder(
				(context, arguments) -> new long[] { context.memory().grow((int) arguments[0]) })
			.memoryLimit(4 * 65_536)
			.build()) {
			assertThat(sandbox.call("run_add", int.class, 3, 0)).isEqualTo(1);
			assertThat(sandbox.call("run_add", int.class, 4, 0)).isEqualTo(-1);
			assertThat(sandbox.call("run_add", int.class, -1, 0)).isEqualTo(-1);
		}
	}

	@Test
	void aHostFunctionMayCallBackIntoItsGuest() {
		try (WasmSandbox sandbox = builder((context, arguments) -> (arguments[0] > 0)
				? context.call("run_add", arguments[0] - 1, arguments[1] + 1) : new long[] { arguments[1] })
			.build()) {
			assertThat(sandbox.call("run_add", int.class, 10, 5)).isEqualTo(15);
		}
	}

	@Test
	void theTrapOfACallBackIsTheCallsOwn() {
		try (WasmSandbox sandbox = builder((context, arguments) -> context.call("run_add", 1, 2)).build()) {
			assertThatExceptionOfType(SandboxTrapException.class)
				.isThrownBy(() -> sandbox.call("run_add", int.class, 1, 2))
				.withMessageContaining("call stack exhausted");
		}
	}

	@Test
	void callingBackIsCheckedToo() {
		try (WasmSandbox sandbox = builder((context, arguments) -> context.call("nothing")).build()) {
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> sandbox.call("run_add", int.class, 1, 2))
				.withMessageContaining("no such function");
		}
		try (WasmSandbox sandbox = builder((context, arguments) -> context.call("run_add", 1)).build()) {
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> sandbox.call("run_add", int.class, 1, 2))
				.withMessageContaining("was given 1 arguments");
		}
	}

	@Test
	void aContextIsOverWhenTheHostFunctionReturns() {
		AtomicReference<HostContext> kept = new AtomicReference<>();
		AtomicReference<GuestMemory> keptMemory = new AtomicReference<>();
		try (WasmSandbox sandbox = builder((context, arguments) -> {
			kept.set(context);
			keptMemory.set(context.memory());
			return new long[] { 0 };
		}).build(); SandboxSession session = sandbox.openSession()) {
			session.call("run_add", int.class, 1, 2);
			assertThatIllegalStateException().isThrownBy(() -> keptMemory.get().readByte(0));
			assertThatIllegalStateException().isThrownBy(() -> kept.get().call("run_now"));
			assertThat(session.call("run_now", long.class)).isEqualTo(1_234);
		}
	}

	@Test
	void aSessionCannotBeClosedFromWithinItsOwnCall() {
		AtomicReference<SandboxSession> open = new AtomicReference<>();
		try (WasmSandbox sandbox = builder((context, arguments) -> {
			assertThatIllegalStateException().isThrownBy(open.get()::close).withMessageContaining("running");
			return new long[] { 5 };
		}).build(); SandboxSession session = sandbox.openSession()) {
			open.set(session);
			assertThat(session.call("run_add", int.class, 1, 2)).isEqualTo(5);
			assertThat(session.call("run_now", long.class)).isEqualTo(1_234);
		}
	}

	@Test
	void signaturesMustBeTheImportedOnes() {
		SandboxBuilder wrong = builder()
			.hostFunction(HostFunction.of("env", "add", "(i32) -> i32", (context, arguments) -> arguments));
		assertThatExceptionOfType(ModuleRejectedException.class).isThrownBy(wrong::build)
			.withMessageContaining("env.add (i32, i32) -> i32 (the host function with this name is (i32) -> i32)");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> HostFunction.of("env", "f", "(externref) -> i32", (context, arguments) -> arguments))
			.withMessageContaining("numbers only");
	}

	@Test
	void theModulesOwnFunctionHidesTheRegistrys() {
		HostFunction shared = HostFunction.of("env", "now", "() -> i64", (context, arguments) -> new long[] { 1 });
		try (WasmSandboxes sandboxes = WasmSandboxes.builder().hostFunction(shared).build()) {
			ModuleDefinition.Builder definition = ModuleDefinition.named("clock")
				.source(TestModules.source("host_calls"))
				.hostFunction(HostFunction.of("env", "now", "() -> i64", (context, arguments) -> new long[] { 2 }))
				.hostFunction(HostFunction.of("env", "log", "(i32, i32) -> ()", (context, arguments) -> null))
				.hostFunction(HostFunction.of("env", "scale", "(f64) -> f64", (context, arguments) -> arguments))
				.hostFunction(
						HostFunction.of("env", "add", "(i32, i32) -> i32", (context, arguments) -> new long[] { 0 }));
			assertThat(sandboxes.load(definition.build()).call("run_now", long.class)).isEqualTo(2);
		}
	}

}
