package dev.wasmsandbox;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.observe.Outcome;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Records and collections in calls by name. */
class RecordCallTests {

	private static final Order ORDER = new Order("Zoë — 東京", 7, List.of("a", "b"), Colour.GREEN);

	@Test
	void recordsAndCollectionsAreJson() {
		try (WasmSandbox guest = TestModules.builder("abi_c").build(); SandboxSession session = guest.openSession()) {
			assertThat(guest.call("echo_string", Order.class, ORDER)).isEqualTo(ORDER);
			assertThat(guest.call("echo_string", String.class, ORDER))
				.isEqualTo("{\"name\":\"Zoë — 東京\",\"count\":7,\"parts\":[\"a\",\"b\"],\"colour\":\"GREEN\"}");
			assertThat(guest.call("echo_string", Order[].class, List.of(ORDER, ORDER))).containsExactly(ORDER, ORDER);
			assertThat((Object) session.call("echo_string", Map.class, Map.of("a", 1))).isEqualTo(Map.of("a", 1));
			assertThat((Object) session.call("echo_string", List.class, "[1,2]")).isEqualTo(List.of(1, 2));
			assertThat(session.call("echo_string", Colour.class, Colour.RED)).isEqualTo(Colour.RED);
			assertThat(session.call("echo_string", String[].class, (Object) new String[] { "x", "y" }))
				.containsExactly("x", "y");
			assertThat(session.export("echo_string").call(Order.class, ORDER)).isEqualTo(ORDER);
			assertThat(guest.callAsync("echo_string", Order.class, ORDER)).succeedsWithin(Duration.ofSeconds(30))
				.isEqualTo(ORDER);
			assertThat(session.call("concat", String.class, List.of(), ORDER.parts())).isEqualTo("[][\"a\",\"b\"]");
		}
	}

	@Test
	void byTheCodecOfTheModule() {
		try (WasmSandbox guest = TestModules.builder("abi_c").codec("msgpack").build()) {
			assertThat(guest.call("echo_bytes", Order.class, ORDER)).isEqualTo(ORDER);
			assertThat(guest.call("echo_bytes", byte[].class, List.of(1))).containsExactly(0x91, 1);
			assertThat(guest.call("echo_string", String.class, "text is text")).isEqualTo("text is text");
		}
	}

	@Test
	void inEveryConventionThatPassesTextOrBytes() {
		for (String fixture : List.of("abi_as", "extism_c", "wapc_c")) {
			try (WasmSandbox guest = TestModules.builder(fixture).build()) {
				String function = fixture.startsWith("abi") ? "echo_string" : "echo";
				assertThat(guest.call(function, Order.class, ORDER)).isEqualTo(ORDER);
			}
		}
		try (WasmSandbox guest = TestModules.builder("abi_as").build()) {
			assertThat(guest.call("nothing", Order.class)).as("a null of the guest").isNull();
		}
	}

	@Test
	void bytesAsABuffer() {
		try (WasmSandbox guest = TestModules.builder("abi_c").build()) {
			assertThat(guest.call("echo_bytes", ByteBuffer.class, new byte[] { 1, 2 }))
				.isEqualTo(ByteBuffer.wrap(new byte[] { 1, 2 }));
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> guest.callWithLargeData("echo_string", Order.class, (_) -> 1, ORDER))
				.withMessageContaining("read in place");
		}
	}

	@Test
	void whatHasNoFormIsRefused() {
		try (WasmSandbox guest = TestModules.builder("abi_c").build(); SandboxSession session = guest.openSession()) {
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> session.call("echo_string", String.class, new Endless()))
				.withMessageContaining("argument 1, RecordCallTests$Endless, cannot be passed as json");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> session.call("echo_string", String.class, new CompletableFuture<String>()))
				.withMessageContaining("which no convention passes");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> session.call("concat", String.class, "text", true))
				.withMessageContaining("argument 2 is java.lang.Boolean");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> session.call("echo_string", Object.class, "text"))
				.withMessageContaining("no convention returns java.lang.Object");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> session.call("echo_string", CompletableFuture.class, "text"))
				.withMessageContaining("no convention returns java.util.concurrent.CompletableFuture");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> session.call("echo_string", Order.class, "{\"name\":1,"))
				.withMessageContaining("its answer is no RecordCallTests$Order as json");
			assertThat(session.call("echo_string", Order.class, ORDER)).as("the session goes on").isEqualTo(ORDER);
		}
		try (WasmSandbox numbers = TestModules.builder("simple_module").build()) {
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> numbers.call("add", int.class, List.of(1), 2))
				.withMessageContaining("wanted was (String, int) -> int");
			assertThat(numbers.statistics().calls()).containsEntry(Outcome.ABI, 1L);
		}
	}

	@Test
	void numbersAreWhatTheyWere() {
		try (WasmSandbox values = TestModules.builder("values").build()) {
			assertThat(values.call("swap", Object[].class, 1, 2L)).containsExactly(2L, 1);
			assertThat(values.call("swap", long[].class, 1, 2L)).containsExactly(2, 1);
			assertThat(values.call("i32", Number.class, 5)).isEqualTo(5);
			assertThat(values.call("i32", Object.class, 5)).isEqualTo(5);
			assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> values.call("i32", int.class, true))
				.withMessageContaining("java.lang.Boolean");
		}
	}

	@Test
	void theEncodedTextIsWhatTheGuestSees() {
		try (WasmSandbox guest = TestModules.builder("abi_c").build()) {
			assertThat(guest.call("sum_bytes", int.class, List.of())).isEqualTo('[' + ']');
		}
	}

	record Order(String name, int count, List<String> parts, Colour colour) {
	}

	static final class Endless {

		public Endless getNext() {
			return this;
		}

	}

	enum Colour {

		RED, GREEN

	}

}
