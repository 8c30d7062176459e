package dev.wasmsandbox;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

import dev.wasmsandbox.error.ClientMismatchException;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.observe.Outcome;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

class TypedClientTests {

	private static final Order ORDER = new Order("Zoë", List.of(new Line("bread", 2), new Line("", -1)));

	@Test
	void methodsPassNumbersOfAllTypes() {
		try (WasmSandbox values = TestModules.builder("values").build()) {
			Values client = values.as(Values.class);
			assertThat(client.i32(-7)).isEqualTo(-7);
			assertThat(client.i64(Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
			assertThat(client.f32(-0.5f)).isEqualTo(-0.5f);
			assertThat(client.f64(Math.PI)).isEqualTo(Math.PI);
			assertThat(client.mix(1, 2, 3, 4)).isEqualTo(values.call("mix", double.class, 1, 2L, 3f, 4d));
			client.none();
			assertThat(client.fromShort((short) -3)).isEqualTo(-3);
			assertThat(client.fromByte((byte) -3)).isEqualTo(-3);
			assertThat(client.fromChar('x')).isEqualTo('x');
			assertThat(client.truth(true)).isTrue();
			assertThat(client.truth(false)).isFalse();
			assertThat(client.boxed(5)).isEqualTo(5);
			assertThat(client.boxedFloat(1.5f)).isEqualTo(1.5f);
			assertThat(client.boxedTruth(2)).isTrue();
			assertThat(client.later(9L).join()).isEqualTo(9L);
			assertThat(client.laterTruth(true).toCompletableFuture().join()).isTrue();
			assertThat(client.nothingLater().join()).isNull();
		}
	}

	@Test
	void numbersAreWidenedWhereNothingIsLost() {
		try (WasmSandbox values = TestModules.builder("values").build()) {
			Widened client = values.as(Widened.class);
			assertThat(client.i32(-7)).isEqualTo(-7L);
			assertThat(client.toDouble(-7)).isEqualTo(-7.0);
			assertThat(client.i64(-7)).isEqualTo(-7L);
			assertThat(client.f64(-7)).isEqualTo(-7.0);
			assertThat(client.f64(0.1f)).isEqualTo(0.1f);
			assertThat(client.f32(0.1f)).isEqualTo(0.1f);
			assertThat(client.later(-7).join()).isEqualTo(-7.0);
		}
	}

	@Test
	void methodsPassText() {
		try (WasmSandbox text = TestModules.builder("text").build()) {
			TextTools client = text.as(TextTools.class);
			assertThat(client.slugify("Héllo, Wörld!")).isEqualTo("hello-world");
			assertThat(client.countWords("one two three")).isEqualTo(3);
			assertThat(client.countWords("one two three".getBytes(StandardCharsets.UTF_8))).isEqualTo(3L);
			assertThat(client.slug(List.of("A", "B"))).isEqualTo("a-b");
			assertThat(TextTools.twice("x")).isEqualTo("xx");
			assertThat(client.slugifyLater("A B").join()).isEqualTo("a-b");
			assertThat(client).hasToString(TextTools.class.getName() + " of module 'text'").isNotEqualTo("x");
			assertThat(client.hashCode()).isEqualTo(client.hashCode());
			assertThat(text.statistics().calls()).containsEntry(Outcome.SUCCESS, 5L);
		}
	}

	@Test
	void methodsPassBytesAndArraysInAllForms() {
		try (WasmSandbox guest = TestModules.builder("abi_c").build()) {
			Arrays client = guest.as(Arrays.class);
			byte[] bytes = { 1, -1, 0 };
			assertThat(client.echo(bytes)).containsExactly(bytes);
			assertThat(client.echo(ByteBuffer.wrap(bytes, 1, 2))).isEqualTo(ByteBuffer.wrap(bytes, 1, 2));
			assertThat(client.echo(MemorySegment.ofArray(bytes)).toArray(ValueLayout.JAVA_BYTE)).containsExactly(bytes);
			assertThat(client.sum(1.5, 2, -0.5)).isEqualTo(3.0);
			assertThat(client.reverse(new int[] { 1, 2, 3 })).containsExactly(3, 2, 1);
			assertThat(client.later(bytes).join()).containsExactly(bytes);
		}
	}

	@Test
	void otherTypesGoThroughCodecs() {
		try (WasmSandbox guest = TestModules.builder("abi_c").build();
				WasmSandbox packed = TestModules.builder("abi_c").codec("msgpack").build()) {
			Orders client = guest.as(Orders.class);
			assertThat(client.echo(ORDER)).isEqualTo(ORDER);
			assertThat(client.echo(null)).isNull();
			assertThat(client.written(ORDER)).startsWith("{").contains("\"customer\":\"Zoë\"");
			assertThat(client.packed(ORDER)).isEqualTo(ORDER);
			assertThat(client.packedBytes(ORDER)).startsWith((byte) 0x82);
			assertThat(client.quoted("text")).isEqualTo("\"text\"");
			assertThat(client.all(List.of(ORDER), Map.of("a", 1)))
				.isEqualTo("[" + client.written(ORDER) + "]{\"a\":1}");
			assertThat(client.later(ORDER).join()).isEqualTo(ORDER);
			assertThat(packed.as(Packed.class).echo(ORDER)).isEqualTo(ORDER);
			assertThatIllegalArgumentException().isThrownBy(() -> TestModules.builder("abi_c").codec("xml").build())
				.withMessageContaining("'xml'")
				.withMessageContaining("json, msgpack");
		}
	}

	@Test
	void anAnswerThatIsNoSuchValueFailsTheCallButNotTheSession() {
		try (WasmSandbox guest = TestModules.builder("abi_c").build(); SandboxSession session = guest.openSession()) {
			Answers client = session.as(Answers.class);
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> client.read("{\"customer\":"))
				.withMessageContaining("Module 'abi_c', function 'echo_string'")
				.withMessageContaining("Order as json: ")
				.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(600));
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> client.read("x".repeat(100_000)))
				.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(600));
			assertThat(client.read("{\"customer\":\"x\",\"lines\":[]}")).isEqualTo(new Order("x", List.of()));
		}
	}

	@Test
	@SuppressWarnings("NullAway") // what the test is about
	void nullIsRefusedWhereItHasNoForm() {
		try (WasmSandbox text = TestModules.builder("text").build();
				WasmSandbox values = TestModules.builder("values").build()) {
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> text.as(TextTools.class).slugify(null))
				.withMessageContaining("function 'slugify'")
				.withMessageContaining("argument 1")
				.withMessageContaining("null");
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> values.as(Values.class).boxed(null))
				.withMessageContaining("argument 1");
			assertThat(text.statistics().calls()).doesNotContainKey(Outcome.SUCCESS);
		}
	}

	@Test
	void eachCallOfASandboxsClientIsCleanAndThoseOfASessionShareItsState() {
		try (WasmSandbox state = TestModules.builder("state").build(); SandboxSession session = state.openSession()) {
			State clean = state.as(State.class);
			assertThat(clean.increment()).isEqualTo(1);
			assertThat(clean.increment()).isEqualTo(1);
			State shared = session.as(State.class);
			assertThat(shared.increment()).isEqualTo(1);
			assertThat(shared.increment()).isEqualTo(2);
			assertThat(session.<Integer>call("increment", int.class)).isEqualTo(3);
			assertThat(shared.toString()).contains("session " + session.instanceId()).contains("'state'");
			assertThat(state.forTenant("acme").as(State.class).increment()).isEqualTo(1);
			assertThat(state.as(State.class).getClass()).isSameAs(shared.getClass());
		}
	}

	@Test
	void aSessionsClientEndsWithItAndStaysOnItsThread() throws Exception {
		try (WasmSandbox text = TestModules.builder("text").build()) {
			SandboxSession session = text.openSession();
			Plain client = session.as(Plain.class);
			CompletableFuture<@Nullable Throwable> elsewhere = new CompletableFuture<>();
			Thread.ofPlatform().start(() -> {
				try {
					client.slugify("x");
					elsewhere.complete(null);
				}
				catch (Throwable ex) {
					elsewhere.complete(ex);
				}
			}).join();
			assertThat(elsewhere.get()).isInstanceOf(IllegalStateException.class)
				.hasMessageContaining("another thread");
			session.close();
			assertThatIllegalStateException().isThrownBy(() -> client.slugify("x")).withMessageContaining("is closed");
			assertThatIllegalStateException().isThrownBy(() -> session.as(Plain.class));
		}
	}

	@Test
	void allThatDoesNotFitIsToldAtOnce() {
		try (WasmSandbox text = TestModules.builder("text").build(); SandboxSession session = text.openSession()) {
			assertThat(catchThrowable(() -> text.as(Wrong.class)))
				.hasMessageStartingWith("Module 'text': the client " + Wrong.class.getName() + " does not fit it:")
				.hasMessageContaining("- int wordCount(String): ")
				.hasMessageContaining("did you mean @WasmExport(\"word_count\")?")
				.hasMessageContaining(
						"- String slugify(long): wanted was (long) -> String, but it is (i32, i32) -> i64")
				.hasMessageContaining("generic(T): it has type parameters")
				.hasMessageContaining("narrow(java.lang.String): result: byte cannot hold")
				.hasMessageContaining("raw(): result: what the future is of")
				.hasMessageContaining(
						"unknownCodec(java.util.List<java.lang.String>): parameter 1: there is no codec 'xml'")
				.asInstanceOf(type(ClientMismatchException.class))
				.satisfies((ex) -> assertThat(ex.problems()).hasSize(6))
				.satisfies((ex) -> assertThat(ex.client()).isEqualTo(Wrong.class.getName()));
			assertThat(text.statistics().calls()).containsEntry(Outcome.ABI, 1L);
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> session.as(TextTools.class))
				.withMessageContaining("slugifyLater(String): a session belongs to the thread that opened it");
			assertThatIllegalArgumentException().isThrownBy(() -> text.as(String.class))
				.withMessageContaining("java.lang.String");
			assertThatIllegalArgumentException().isThrownBy(() -> text.as(Sealed.class));
		}
	}

	@Test
	void aFutureIsCancelledWithItsGuest() {
		try (WasmSandbox traps = TestModules.builder("traps").callTimeout(Duration.ofMinutes(1)).build()) {
			Loops client = traps.as(Loops.class);
			CompletableFuture<Void> endless = client.loopLater();
			await().until(() -> traps.statistics().pool().leased() == 1);
			assertThat(endless.cancel(true)).isTrue();
			await().until(() -> traps.statistics().pool().leased() == 0);
			assertThat(traps.statistics().calls()).containsEntry(Outcome.INTERRUPTED, 1L);
		}
		try (WasmSandbox traps = TestModules.builder("traps").callTimeout(Duration.ofMillis(20)).build()) {
			Loops client = traps.as(Loops.class);
			assertThatExceptionOfType(SandboxTimeoutException.class).isThrownBy(client::loop);
			assertThat(client.loopLater()).failsWithin(Duration.ofMinutes(1))
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(SandboxTimeoutException.class);
		}
	}

	@WasmClient("values")
	interface Values {

		int i32(int value);

		long i64(long value);

		float f32(float value);

		double f64(double value);

		double mix(int a, long b, float c, double d);

		void none();

		@WasmExport("i32")
		int fromShort(short value);

		@WasmExport("i32")
		int fromByte(byte value);

		@WasmExport("i32")
		int fromChar(char value);

		@WasmExport("i32")
		boolean truth(boolean value);

		@WasmExport("i32")
		Integer boxed(Integer value);

		@WasmExport("f32")
		Float boxedFloat(Float value);

		@WasmExport("i32")
		Boolean boxedTruth(int value);

		@WasmExport("i64")
		CompletableFuture<Long> later(Long value);

		@WasmExport("i32")
		CompletionStage<Boolean> laterTruth(boolean value);

		@WasmExport("none")
		CompletableFuture<Void> nothingLater();

	}

	interface Widened {

		long i32(int value);

		@WasmExport("i32")
		double toDouble(int value);

		long i64(int value);

		double f64(int value);

		double f64(float value);

		double f32(float value);

		@WasmExport("i32")
		CompletableFuture<Double> later(int value);

	}

	@WasmClient("text")
	interface TextTools extends Plain {

		@WasmExport("word_count")
		int countWords(String text);

		@WasmExport("word_count")
		long countWords(byte[] text);

		@WasmExport("slugify")
		CompletableFuture<String> slugifyLater(String text);

		default String slug(List<String> parts) {
			return slugify(String.join(" ", parts));
		}

		static String twice(String text) {
			return text + text;
		}

	}

	interface Plain {

		String slugify(String text);

		@Override
		boolean equals(@Nullable Object other);

		@Override
		int hashCode();

	}

	interface Arrays {

		@WasmExport("echo_bytes")
		byte[] echo(byte[] bytes);

		@WasmExport("echo_bytes")
		ByteBuffer echo(ByteBuffer bytes);

		@WasmExport("echo_bytes")
		MemorySegment echo(MemorySegment bytes);

		@WasmExport("sum_doubles")
		double sum(double... values);

		@WasmExport("reverse_ints")
		int[] reverse(int[] values);

		@WasmExport("echo_bytes")
		CompletableFuture<byte[]> later(byte[] bytes);

	}

	interface Orders {

		@WasmExport("echo_string")
		@Nullable Order echo(@Nullable Order order);

		@WasmExport("echo_string")
		String written(Order order);

		@WasmExport("echo_bytes")
		@WasmCodec("msgpack")
		Order packed(Order order);

		@WasmExport("echo_bytes")
		byte[] packedBytes(@WasmCodec("msgpack") Order order);

		@WasmExport("echo_string")
		String quoted(@WasmCodec("json") String text);

		@WasmExport("concat")
		String all(List<Order> orders, Map<String, Integer> numbers);

		@WasmExport("echo_string")
		CompletableFuture<Order> later(Order order);

	}

	interface Packed {

		@WasmExport("echo_bytes")
		Order echo(Order order);

	}

	interface Answers {

		@WasmExport("echo_string")
		Order read(String json);

	}

	interface State {

		int increment();

	}

	interface Loops {

		@WasmExport("loop_forever")
		void loop();

		@WasmExport("loop_forever")
		CompletableFuture<Void> loopLater();

	}

	interface Wrong {

		int wordCount(String text);

		String slugify(long number);

		<T> void generic(T value);

		byte narrow(String text);

		@SuppressWarnings("rawtypes")
		CompletableFuture raw();

		@WasmCodec("xml")
		void unknownCodec(List<String> values);

	}

	sealed interface Sealed {

		record Only() implements Sealed {
		}

	}

	record Order(String customer, List<Line> lines) {
	}

	record Line(String article, int count) {
	}

}
