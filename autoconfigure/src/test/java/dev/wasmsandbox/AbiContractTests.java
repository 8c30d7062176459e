package dev.wasmsandbox;

import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import dev.wasmsandbox.abi.AbiCall;
import dev.wasmsandbox.abi.CallShape;
import dev.wasmsandbox.abi.ValueKind;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.wasi.WasiSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What every convention does with every kind of value, on a module of each toolchain, and
 * that nothing of it stays in the guest.
 */
@ParameterizedClass
@EnumSource
class AbiContractTests {

	private static final int KIB = 1024;

	private static final int MIB = 1024 * 1024;

	/** Modules that have the same functions, each in the way of its toolchain. */
	enum Toolchain {

		C("abi_c", "pointer-length"), RUST("abi_rust", "pointer-length"), WAT("abi_wat", "pointer-length"),
		ZIG("abi_zig", "pointer-length"), CANONICAL("abi_cabi", "pointer-length"),
		REACTOR("reactor_c", "pointer-length"), ASSEMBLYSCRIPT("abi_as", "assemblyscript"),
		ASSEMBLYSCRIPT_STATIC("abi_as_static", "assemblyscript-static"),
		ASSEMBLYSCRIPT_ARRAY("abi_as_array", "assemblyscript-array");

		private final String fixture;

		private final String abi;

		Toolchain(String fixture, String abi) {
			this.fixture = fixture;
			this.abi = abi;
		}

		boolean collects() {
			return this.abi.startsWith("assemblyscript");
		}

	}

	@Parameter
	@SuppressWarnings("NullAway.Init")
	private Toolchain toolchain;

	@SuppressWarnings("NullAway.Init")
	private WasmSandbox sandbox;

	@SuppressWarnings("NullAway.Init")
	private SandboxSession session;

	@BeforeEach
	void open() {
		SandboxBuilder builder = TestModules.builder(this.toolchain.fixture)
			.limits(SandboxLimits.defaults().withMemoryBytes(256L * MIB).withCallTimeout(Duration.ofMinutes(1)));
		if (this.toolchain.abi.startsWith("assemblyscript-")) {
			builder.abi(this.toolchain.abi);
		}
		if (this.toolchain == Toolchain.REACTOR) {
			builder.wasi(WasiSettings.nothing());
		}
		this.sandbox = builder.build();
		this.session = this.sandbox.openSession();
	}

	@AfterEach
	void nothingStays() {
		if (!this.toolchain.collects()) {
			assertThat(this.session.export("live_blocks").callInt()).isZero();
		}
		assertThat(this.session.allocator().statistics().liveBlocks()).isZero();
		this.session.close();
		this.sandbox.close();
	}

	@Test
	void theConventionIsRecognised() {
		assertThat(this.sandbox.info().abi()).isEqualTo(this.toolchain.abi);
	}

	@Test
	void text() {
		for (String text : List.of("", "a", "plain ASCII, 32 characters long.", "Grüße, 世界! 𝄞 ?", "\0",
				"x".repeat(MIB), "é".repeat(MIB / 2))) {
			assertThat(this.session.call("echo_string", String.class, text)).isEqualTo(text);
			assertThat(this.session.call("concat", String.class, text, "é")).isEqualTo(text + "é");
			assertThat(this.session.call("concat", String.class, text, text)).isEqualTo(text + text);
			assertThat(this.session.call("char_count", int.class, text))
				.isEqualTo(text.codePointCount(0, text.length()));
		}
		assertThat(this.session.call("upper", String.class, "Hello")).isEqualTo("HELLO");
		assertThat(this.sandbox.call("upper", String.class, "clean")).isEqualTo("CLEAN");
	}

	@Test
	void textThatIsNone() {
		if (this.toolchain.collects()) {
			// UTF-16 can say it, and so can Java.
			assertThat(this.session.call("bad_utf8", String.class)).isEqualTo("a\ud800b");
			assertThat(this.session.call("echo_string", String.class, "\udc00")).isEqualTo("\udc00");
		}
		else {
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> this.session.call("bad_utf8", String.class))
				.withMessageContaining("'bad_utf8'")
				.withMessageContaining("not valid UTF-8");
			for (String half : List.of("\ud800", "a\udc00", "12345678\ud800x", "\udc00\ud800")) {
				assertThatExceptionOfType(GuestAbiException.class)
					.isThrownBy(() -> this.session.call("concat", String.class, "first", half))
					.withMessageContaining("argument 2 has half of a surrogate pair");
			}
			assertThat(this.session.call("bad_utf8", byte[].class)).containsExactly(0x61, 0xff, 0xc3, 0x28, 0x62);
		}
		assertThat(this.session.call("echo_string", String.class, "\ufffd?")).isEqualTo("\ufffd?");
	}

	@Test
	void bytes() {
		Random random = new Random(1);
		for (int size : new int[] { 0, 1, 64 * KIB, 16 * MIB }) {
			byte[] bytes = new byte[size];
			random.nextBytes(bytes);
			int sum = 0;
			for (byte value : bytes) {
				sum += Byte.toUnsignedInt(value);
			}
			assertThat(this.session.call("sum_bytes", int.class, bytes)).isEqualTo(sum);
			assertThat(Arrays.equals(this.session.call("echo_bytes", byte[].class, bytes), bytes)).isTrue();
			byte[] filled = new byte[size];
			Arrays.fill(filled, (byte) 7);
			assertThat(Arrays.equals(this.session.call("fill", byte[].class, size, 7), filled)).isTrue();
		}
	}

	@Test
	void arrays() {
		for (int length : new int[] { 0, 1, 3, 10_000 }) {
			double[] doubles = new Random(2).doubles(length).toArray();
			double sum = 0;
			for (double value : doubles) {
				sum += value;
			}
			assertThat(this.session.call("sum_doubles", double.class, doubles)).isEqualTo(sum);
			assertThat(this.session.call("scale_doubles", double[].class, doubles, 2.0))
				.isEqualTo(Arrays.stream(doubles).map((value) -> value * 2).toArray());
			int[] ints = new Random(3).ints(length).toArray();
			assertThat(this.session.call("sum_ints", long.class, ints))
				.isEqualTo(Arrays.stream(ints).asLongStream().sum());
			int[] reversed = new int[length];
			for (int i = 0; i < length; i++) {
				reversed[i] = ints[length - 1 - i];
			}
			assertThat(this.session.call("reverse_ints", int[].class, ints)).isEqualTo(reversed);
			long[] longs = new Random(4).longs(length).toArray();
			assertThat(this.session.call("sum_longs", long.class, longs)).isEqualTo(Arrays.stream(longs).sum());
			float[] floats = new float[length];
			Arrays.fill(floats, 0.5f);
			assertThat(this.session.call("sum_floats", float.class, floats)).isEqualTo(length * 0.5f);
			assertThat(this.session.call("sum_floats", double.class, floats)).isEqualTo(length * 0.5);
		}
	}

	@Test
	void numbersAmongOthersAreWidened() {
		assertThat(this.session.call("scale_doubles", double[].class, new double[] { 1.5 }, 2)).containsExactly(3.0);
		assertThat(this.session.call("scale_doubles", double[].class, new double[] { 1.5 }, 2f)).containsExactly(3.0);
		assertThat(this.session.call("char_count", double.class, "four")).isEqualTo(4.0);
		assertThat(this.session.call("add", int.class, 2, 40)).isEqualTo(42);
	}

	@Test
	void aResultIsReadInPlace() {
		AbiCall call = new AbiCall(2).number(0, 1000)
			.number(1, 3)
			.readResultWith((view) -> view.byteSize() + view.get(ValueLayout.JAVA_BYTE, 999));
		this.session.bind("fill", new CallShape(List.of(ValueKind.I32, ValueKind.I32), ValueKind.BYTES)).call(call);
		assertThat(call.result()).isEqualTo(1003L);
		AbiCall failing = new AbiCall(2).number(0, 1000).number(1, 3).readResultWith((view) -> {
			throw new IllegalArgumentException("a reader may fail");
		});
		assertThatIllegalArgumentException().isThrownBy(
				() -> this.session.bind("fill", new CallShape(List.of(ValueKind.I32, ValueKind.I32), ValueKind.BYTES))
					.call(failing));
	}

	@Test
	void whatDoesNotFitIsRefusedWithBothSignatures() {
		for (Object argument : new Object[] { 1L, 2.0 }) {
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> this.session.call("concat", String.class, "text", argument))
				.withMessageContaining("wanted was (String, ")
				.withMessageContaining("but it is (i32, ");
		}
		assertThatExceptionOfType(GuestAbiException.class)
			.isThrownBy(() -> this.session.call("echo_string", float.class, "text"))
			.withMessageContaining("wanted was (String) -> float");
		assertThatExceptionOfType(GuestAbiException.class)
			.isThrownBy(() -> this.session.call("no_such", String.class, "text"))
			.withMessageContaining("no such function is exported; there are ");
	}

	@Test
	void aResultOverTheLimitIsRefusedAndTheSessionGoesOn() {
		SandboxBuilder builder = TestModules.builder(this.toolchain.fixture)
			.limits(SandboxLimits.defaults().withResultBytes(1000));
		builder.abi(this.toolchain.abi).wasi(WasiSettings.nothing());
		try (WasmSandbox small = builder.build(); SandboxSession open = small.openSession()) {
			assertThat(open.call("fill", byte[].class, 1000, 1)).hasSize(1000);
			assertThatExceptionOfType(SandboxLimitException.class)
				.isThrownBy(() -> open.call("fill", byte[].class, 1001, 1))
				.satisfies((ex) -> {
					assertThat(ex.limit()).isEqualTo("limits.result-size");
					assertThat(ex.value()).isEqualTo(1000);
					assertThat(ex.requested()).isEqualTo(1001);
				});
			assertThat(open.call("fill", byte[].class, 3, 1)).containsExactly(1, 1, 1);
			if (!this.toolchain.collects()) {
				assertThat(open.export("live_blocks").callInt()).isZero();
			}
		}
	}

	@Test
	void whatDoesNotFitIntoTheMemoryIsRefused() {
		SandboxBuilder builder = TestModules.builder(this.toolchain.fixture)
			.limits(SandboxLimits.defaults().withMemoryBytes(4L * MIB));
		builder.abi(this.toolchain.abi).wasi(WasiSettings.nothing());
		try (WasmSandbox small = builder.build(); SandboxSession open = small.openSession()) {
			assertThatExceptionOfType(WasmSandboxException.class)
				.isThrownBy(() -> open.call("sum_bytes", int.class, new byte[5 * MIB]));
			assertThatExceptionOfType(WasmSandboxException.class)
				.isThrownBy(() -> small.call("sum_bytes", int.class, new byte[5 * MIB]));
		}
	}

}
