package dev.wasmsandbox.benchmarks.guest;

import java.io.IOException;

import com.dylibso.chicory.runtime.Instance;
import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.fixtures.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * A kernel answers the same in our sandbox, on the plain engine, and as native code.
 */
class KernelTest {

	@ParameterizedTest
	@EnumSource
	void answersTheSameInASandboxAndOnThePlainEngine(Kernel kernel) {
		byte[] module = Fixtures.bytes("kernels");
		Instance plain = new PlainChicory(module).instantiate();
		try (OurSandbox ours = new OurSandbox(module, 1); SandboxSession session = ours.get().openSession()) {
			for (int time = 0; time < 2; time++) {
				for (int size : new int[] { kernel.smallSize(), kernel.size() }) {
					long answer = plain.export(kernel.function()).apply(size)[0];
					assertThat(session.export(kernel.function()).callRaw(size)).containsExactly(answer);
					assertThat(answer == kernel.answer()).isEqualTo(size == kernel.size());
				}
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void answersTheSameAsNativeCode(Kernel kernel) throws Exception {
		assumeThat(Compilers.gccIsThere()).isTrue();
		Instance plain = new PlainChicory(Fixtures.bytes("kernels")).instantiate();
		long small = plain.export(kernel.function()).apply(kernel.smallSize())[0];
		try (NativeKernels natives = NativeKernels.start()) {
			assertThat(natives.nanos()).isZero();
			assertThat(natives.call(kernel, kernel.size(), 3)).isEqualTo(3 * kernel.answer());
			assertThat(natives.call(kernel, kernel.smallSize(), 1)).isEqualTo(small);
			assertThat(natives.nanos()).isPositive();
		}
	}

	@Test
	void noticesThatTheNativeProgramHasEnded() throws Exception {
		assumeThat(Compilers.gccIsThere()).isTrue();
		try (NativeKernels natives = NativeKernels.start()) {
			// More than its greatest size: it traps.
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> natives.call(Kernel.FIB, 1000, 1))
				.withMessage("The native program has ended");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "no-such-compiler", "false" })
	void saysWhyThereIsNoNativeCode(String compiler) {
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> NativeKernels.start(compiler))
			.withMessageStartingWith(compiler.equals("false") ? "false cannot compile the kernels"
					: "no-such-compiler is missing or cannot be started");
	}

}
