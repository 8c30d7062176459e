package dev.wasmsandbox.codec;

import java.lang.reflect.Type;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import dev.wasmsandbox.abi.ValueKind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

class CodecTests {

	private static final Order ORDER = new Order("Zoë — 東京", 7, 1L << 40, 0.1f, Math.PI, true, null,
			List.of(new Item("a", new byte[] { 0, -1, 127 }), new Item("", new byte[0])),
			Map.of("big", new BigInteger("18446744073709551615"), "small", BigInteger.ONE), Colour.GREEN);

	static List<ValueCodec> codecs() {
		return List.of(new JsonCodec(), new MessagePackCodec());
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void recordsCollectionsAndMapsComeBackAsTheyWent(ValueCodec codec) {
		Object encoded = codec.encode(ORDER, Order.class);
		assertThat(encoded).isInstanceOf((codec.kind() == ValueKind.STRING) ? String.class : byte[].class);
		assertThat(codec.decode(encoded, Order.class)).usingRecursiveComparison().isEqualTo(ORDER);
		Type map = new TypeReference<Map<String, List<Item>>>() {
		}.getType();
		Map<String, List<Item>> items = Map.of("x", ORDER.items(), "none", List.of());
		assertThat(codec.decode(codec.encode(items, map), map)).usingRecursiveComparison().isEqualTo(items);
		assertThat(codec.decode(codec.encode(null, Order.class), Order.class)).isNull();
		assertThat(codec.decode(codec.encode("text", String.class), String.class)).isEqualTo("text");
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void everyNumberComesBackExactly(ValueCodec codec) {
		for (long value : new long[] { 0, 1, -1, 127, 128, 255, 256, 65_535, 65_536, Integer.MAX_VALUE,
				Integer.MIN_VALUE, 1L + Integer.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE }) {
			assertThat(codec.decode(codec.encode(value, long.class), long.class)).isEqualTo(value);
		}
		for (double value : new double[] { 0, -0.0, 1.5, Double.MIN_VALUE, Double.MAX_VALUE, 0.1f }) {
			assertThat(codec.decode(codec.encode(value, double.class), double.class)).isEqualTo(value);
		}
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void whatIsNoSuchValueIsRefused(ValueCodec codec) {
		Object list = codec.encode(List.of(1, 2), List.class);
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> codec.decode(list, Order.class));
		Object cut = (list instanceof String text) ? text.substring(1)
				: Arrays.copyOf((byte[]) list, ((byte[]) list).length - 1);
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> codec.decode(cut, List.class));
	}

	@Test
	void theMappersConfigurationHolds() {
		JsonMapper mapper = JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
		Named named = new Named(3);
		assertThat(new JsonCodec(mapper).encode(named, Named.class)).isEqualTo("{\"how_many\":3}");
		MessagePackCodec packed = new MessagePackCodec(mapper);
		assertThat((byte[]) packed.encode(named, Named.class))
			.containsExactly(bytes(0x81, 0xa8, 'h', 'o', 'w', '_', 'm', 'a', 'n', 'y', 3));
		assertThat(packed.decode(packed.encode(named, Named.class), Named.class)).isEqualTo(named);
	}

	@Test
	void answersAreBoundedInLength() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new JsonCodec(JsonMapper.shared(), 10).decode("[1,2,3,4,5]", List.class))
			.withMessageContaining("11 characters")
			.withMessageContaining("at most 10");
		assertThat(new JsonCodec(JsonMapper.shared(), 11).decode("[1,2,3,4,5]", List.class))
			.isEqualTo(List.of(1, 2, 3, 4, 5));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new MessagePackCodec(JsonMapper.shared(), 1).decode(bytes(0x91, 1), List.class))
			.withMessageContaining("2 bytes");
		assertThatIllegalArgumentException().isThrownBy(() -> new JsonCodec(JsonMapper.shared(), 0));
	}

	@Test
	void answersAreBoundedInDepth() {
		String deep = "[".repeat(1_000_000);
		assertThat(catchThrowable(() -> new JsonCodec().decode(deep, Object.class)))
			.isInstanceOf(RuntimeException.class);
		byte[] nested = new byte[1_000_000];
		Arrays.fill(nested, (byte) 0x91);
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> new MessagePackCodec().decode(nested, Object.class))
			.withMessageContaining("128 levels");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0xdd, 0xdf, 0xdb, 0xc6 })
	void announcedElementsTakeNoMemoryBeforeTheyCome(int format) {
		for (int top : new int[] { 0x7f, 0xff, 0x00 }) {
			byte[] announcing = bytes(format, top, 0xff, 0xff, 0xff, 1);
			assertThatExceptionOfType(RuntimeException.class)
				.isThrownBy(() -> new MessagePackCodec().decode(announcing, Object.class));
		}
	}

	@Test
	void messagePackTakesNothingElseAndNothingMore() {
		MessagePackCodec codec = new MessagePackCodec();
		assertThat(codec.decode(bytes(0x81, 0x05, 0xc3), Map.class)).isEqualTo(Map.of("5", true));
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> codec.decode(bytes(1, 2), Object.class))
			.withMessageContaining("1 bytes after");
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> codec.decode(new byte[0], Object.class));
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> codec.decode(bytes(0xd4, 1, 2), Object.class))
			.withMessageContaining("extension types");
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> codec.decode(bytes(0x81, 0xc3, 1), Object.class));
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> codec.decode(bytes(0xc1), Object.class));
	}

	@Test
	void codecsAreFoundByNameAndReplaced() {
		Codecs standard = Codecs.standard();
		assertThat(standard.names()).containsExactly("json", "msgpack");
		assertThat(standard.form(Order.class, "msgpack").kind()).isEqualTo(ValueKind.BYTES);
		assertThat(standard.form(String.class, "msgpack").codec()).isNull();
		JsonCodec other = new JsonCodec();
		assertThat(standard.with(List.of(other)).form(Order.class, "json").codec()).isSameAs(other);
		assertThatIllegalArgumentException().isThrownBy(() -> standard.form(Order.class, "xml"))
			.withMessageContaining("'xml'")
			.withMessageContaining("Order")
			.withMessageContaining("json, msgpack");
		assertThatIllegalArgumentException().isThrownBy(() -> standard.with(List.of(new Wrong())))
			.withMessageContaining("'wrong' writes int");
	}

	private static byte[] bytes(int... values) {
		byte[] bytes = new byte[values.length];
		for (int i = 0; i < values.length; i++) {
			bytes[i] = (byte) values[i];
		}
		return bytes;
	}

	enum Colour {

		RED, GREEN

	}

	record Order(String name, int count, long big, float single, double precise, boolean paid, @Nullable String note,
			List<Item> items, Map<String, BigInteger> totals, Colour colour) {
	}

	@SuppressWarnings("ArrayRecordComponent")
	record Item(String name, byte[] data) {
	}

	record Named(int howMany) {
	}

	private static final class Wrong implements ValueCodec {

		@Override
		public String name() {
			return "wrong";
		}

		@Override
		public ValueKind kind() {
			return ValueKind.I32;
		}

		@Override
		public Object encode(@Nullable Object value, Type type) {
			return 1;
		}

		@Override
		public Object decode(Object encoded, Type type) {
			return 1;
		}

	}

}
