package dev.wasmsandbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.HostFunctionException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.guest.GuestBytes;
import dev.wasmsandbox.guest.GuestMemory;
import dev.wasmsandbox.guest.HostContext;
import dev.wasmsandbox.guest.HostFunction;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@SuppressWarnings({ "UnusedMethod", "DoNotCallSuggester" }) // called by guests, if at all
class HostMethodsTests {

	private final List<String> log = new ArrayList<>();

	private WasmSandbox sandbox(Object host, String imports, String body) {
		SandboxBuilder builder = WasmSandbox.builder()
			.name("guest")
			.source(Wat.assemble("(module " + imports
					+ "(memory (export \"memory\") 1)(data (i32.const 8) \"h\\c3\\a9llo\")" + body + ")"));
		HostMethods.of(host).forEach(builder::hostFunction);
		return builder.build();
	}

	/** Every kind of parameter and result. */
	final class Host {

		@WasmHostFunction(name = "mix")
		double mix(int a, HostContext context, long b, float c, double d) {
			HostMethodsTests.this.log.add(context.moduleName());
			return a + b + (double) c + d;
		}

		@WasmHostFunction(module = "text")
		void log(GuestMemory memory, String text, byte[] bytes, GuestBytes range) {
			HostMethodsTests.this.log.add(text + " " + bytes.length + " " + range.text());
			range.write(new byte[] { 'H' });
			memory.writeByte(100, (byte) 1);
		}

		@WasmHostFunction
		int fails() throws IOException {
			throw new IOException("disk full");
		}

		@WasmHostFunction
		float half(float value) {
			return value / 2;
		}

		@WasmHostFunction
		long twice(long value) {
			return value * 2;
		}

		void notExported() {
			throw new IllegalStateException();
		}

	}

	@Test
	void parametersAndResultsAreConverted() {
		try (WasmSandbox sandbox = sandbox(new Host(),
				"(import \"env\" \"mix\" (func $mix (param i32 i64 f32 f64) (result f64)))"
						+ "(import \"env\" \"half\" (func $half (param f32) (result f32)))"
						+ "(import \"env\" \"twice\" (func $twice (param i64) (result i64)))",
				"(func (export \"mix\") (param i32 i64 f32 f64) (result f64)"
						+ " local.get 0 local.get 1 local.get 2 local.get 3 call $mix)"
						+ "(func (export \"half\") (param f32) (result f32) local.get 0 call $half)"
						+ "(func (export \"twice\") (param i64) (result i64) local.get 0 call $twice)")) {
			assertThat(sandbox.call("mix", double.class, -1, 5_000_000_000L, 0.5f, 0.25)).isEqualTo(4_999_999_999.75);
			assertThat(sandbox.call("half", float.class, -3f)).isEqualTo(-1.5f);
			assertThat(sandbox.call("twice", long.class, 3_000_000_000L)).isEqualTo(6_000_000_000L);
			assertThat(this.log).containsExactly("guest");
		}
	}

	private static final String LOG = "(import \"text\" \"log\" (func $log (param i32 i32 i32 i32 i32 i32)))";

	private static final String LOG_BODY = "(func (export \"log\") (param i32 i32)"
			+ " local.get 0 local.get 1 local.get 0 local.get 1 local.get 0 local.get 1 call $log)";

	@Test
	void rangesAreReadAndCheckedBeforeTheyAreUsed() {
		try (WasmSandbox sandbox = sandbox(new Host(), LOG, LOG_BODY); SandboxSession session = sandbox.openSession()) {
			session.call("log", void.class, 8, 6);
			assertThat(this.log).containsExactly("héllo 6 héllo");
			assertThat(session.memory().readByte(8)).isEqualTo((byte) 'H');
			assertThat(session.memory().readByte(100)).isEqualTo((byte) 1);
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> sandbox.call("log", void.class, 8, -1));
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> sandbox.call("log", void.class, 65_535, 2));
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> sandbox.call("log", void.class, 9, 1))
				.withMessageContaining("UTF-8");
			assertThat(this.log).hasSize(1);
		}
	}

	@Test
	void whatAMethodThrowsIsTheCause() {
		try (WasmSandbox sandbox = sandbox(new Host(), "(import \"env\" \"fails\" (func $fails (result i32)))",
				"(func (export \"fails\") (result i32) call $fails)")) {
			assertThatExceptionOfType(HostFunctionException.class).isThrownBy(() -> sandbox.call("fails", int.class))
				.withMessageContaining("env.fails threw java.io.IOException: disk full");
		}
	}

	@Test
	void aWrongSignatureNamesTheMethodAndBothSignatures() {
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(
					() -> sandbox(new Host(), "(import \"env\" \"half\" (func $half (param f64) (result f64)))", ""))
			.withMessageContaining("(f64) -> f64")
			.withMessageContaining("Host.half(float) is (f32) -> f32");
	}

	@Test
	void methodsThatGuestsCannotCallAreRefused() {
		Object parameter = new Object() {
			@WasmHostFunction
			void takes(Integer value) {
				throw new IllegalStateException("" + value);
			}
		};
		Object result = new Object() {
			@WasmHostFunction
			String gives() {
				return "";
			}
		};
		assertThatIllegalArgumentException().isThrownBy(() -> HostMethods.of(parameter))
			.withMessageContaining("takes(java.lang.Integer)")
			.withMessageContaining("int, long, float, double");
		assertThatIllegalArgumentException().isThrownBy(() -> HostMethods.of(result))
			.withMessageContaining("gives() returns java.lang.String");
	}

	@Test
	void aMethodMayBeSafeForSnapshotsAndRequireACapability() {
		HostFunction function = HostMethods.of(new Object() {
			@WasmHostFunction(name = "f", capability = "files", safeForSnapshot = true)
			void g() {
				throw new IllegalStateException();
			}
		}).getFirst();
		assertThat(function.name()).isEqualTo("f");
		assertThat(function.capability()).isEqualTo("files");
		assertThat(function.snapshotSafe()).isTrue();
	}

}
