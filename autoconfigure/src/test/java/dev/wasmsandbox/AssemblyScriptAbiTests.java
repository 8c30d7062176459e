package dev.wasmsandbox;

import java.time.Duration;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.SandboxLimits;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What is AssemblyScript's own; the rest is in {@link AbiContractTests}. */
class AssemblyScriptAbiTests {

	@Test
	void anErrorThrownIsATrapWithItsTextAndPlace() {
		try (WasmSandbox sandbox = TestModules.builder("abi_as").build()) {
			assertThatExceptionOfType(SandboxTrapException.class)
				.isThrownBy(() -> sandbox.call("fail", void.class, "no such colour"))
				.withMessageContaining("no such colour at ")
				.withMessageContaining("abi_as.ts:");
			assertThat(sandbox.call("upper", String.class, "goes on")).isEqualTo("GOES ON");
		}
	}

	@Test
	void anAbortOfOnesOwnComesFirst() {
		StringBuilder told = new StringBuilder();
		try (WasmSandbox sandbox = TestModules.builder("abi_as")
			.hostFunction(HostFunction.of("env", "abort", "(i32, i32, i32, i32) -> ()", (context, arguments) -> {
				told.append("told");
				return null;
			}))
			.build()) {
			assertThatExceptionOfType(SandboxTrapException.class)
				.isThrownBy(() -> sandbox.call("fail", void.class, "x"));
			assertThat(told).hasToString("told");
		}
	}

	@Test
	void aNullOfTheGuestIsOne() {
		try (WasmSandbox sandbox = TestModules.builder("abi_as").build()) {
			assertThat(sandbox.call("nothing", String.class)).isNull();
			assertThat(sandbox.call("nothing", byte[].class)).isNull();
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> sandbox.call("echo_bytes", String.class, new byte[] { 1 }))
				.withMessageContaining("wanted was String, but it answered an object of its class 4");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> sandbox.call("reverse_ints", double[].class, new int[] { 1 }))
				.withMessageContaining("wanted was double[]");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> sandbox.call("reverse_ints", float[].class, new int[] { 1 }));
		}
	}

	@Test
	void aViewNeedNotBeginWhereItsBufferDoes() {
		try (WasmSandbox sandbox = TestModules.builder("abi_as").build()) {
			assertThat(sandbox.call("inner_bytes", byte[].class, new byte[] { 1, 2, 3, 4 })).containsExactly(2, 3);
		}
	}

	@Test
	void aClassThatCannotBeToldIsRefusedWithWhatToDo() {
		try (WasmSandbox sandbox = TestModules.builder("abi_as_static").build();
				SandboxSession session = sandbox.openSession()) {
			assertThat(sandbox.info().abi()).isEqualTo("assemblyscript");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> session.call("sum_doubles", double.class, new double[] { 1 }))
				.withMessageContaining("export const Float64Array_ID = idof<Float64Array>()")
				.withMessageContaining("wasm.modules.abi_as_static.abi=assemblyscript-static");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> session.call("sum_bytes", int.class, new byte[] { 1 }))
				.withMessageContaining("Uint8Array_ID");
			assertThat(session.call("upper", String.class, "text is known")).isEqualTo("TEXT IS KNOWN");
		}
	}

	@Test
	void theOnlyClassOfSuchElementsIsMeant() {
		try (WasmSandbox sandbox = TestModules.builder("assemblyscript").build()) {
			assertThat(sandbox.call("sum", double.class, new double[] { 1, 2, 3.5 })).isEqualTo(6.5);
			assertThat(sandbox.call("reverse", String.class, "a𝄞b")).isEqualTo("b𝄞a");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> sandbox.call("sum", double.class, new int[] { 1 }))
				.withMessageContaining("Int32Array_ID");
		}
	}

	@Test
	void whatCallsLeaveIsCollected() {
		try (WasmSandbox sandbox = TestModules.builder("abi_as")
			.limits(SandboxLimits.defaults().withMemoryBytes(8L << 20).withCallTimeout(Duration.ofMinutes(1)))
			.build(); SandboxSession session = sandbox.openSession()) {
			String text = "x".repeat(10_000);
			double[] doubles = new double[1000];
			for (int i = 0; i < 5_000; i++) {
				assertThat(session.call("echo_string", String.class, text)).hasSize(10_000);
				assertThat(session.call("scale_doubles", double[].class, doubles, 2.0)).hasSize(1000);
			}
		}
	}

}
