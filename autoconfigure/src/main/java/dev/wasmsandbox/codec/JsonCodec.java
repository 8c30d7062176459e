package dev.wasmsandbox.codec;

import java.lang.reflect.Type;

import dev.wasmsandbox.abi.ValueKind;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON as text, by a Jackson mapper. What a guest answers has at most as many characters
 * as this allows, and is nested as deeply as the mapper's own constraints allow, 500
 * levels if nothing else is said. Thread-safe.
 */
public final class JsonCodec implements ValueCodec {

	/** Its name: {@value}. */
	public static final String NAME = "json";

	/** The most characters of an answer, if nothing else is said: {@value}. */
	public static final int DEFAULT_MAX_LENGTH = 16 << 20;

	private final ObjectMapper mapper;

	private final int maxLength;

	/** With a mapper as Jackson makes it. */
	public JsonCodec() {
		this(JsonMapper.shared());
	}

	/** With the application's mapper. */
	public JsonCodec(JsonMapper mapper) {
		this(mapper, DEFAULT_MAX_LENGTH);
	}

	/**
	 * With the application's mapper.
	 * @param maxLength the most characters of an answer
	 */
	public JsonCodec(JsonMapper mapper, int maxLength) {
		this.mapper = mapper;
		this.maxLength = Sizes.requirePositive(maxLength);
	}

	@Override
	public String name() {
		return NAME;
	}

	@Override
	public ValueKind kind() {
		return ValueKind.STRING;
	}

	@Override
	public Object encode(@Nullable Object value, Type type) {
		return this.mapper.writerFor(this.mapper.constructType(type)).writeValueAsString(value);
	}

	@Override
	public @Nullable Object decode(Object encoded, Type type) {
		String text = (String) encoded;
		Sizes.check(text.length(), this.maxLength, "characters", NAME);
		return this.mapper.readValue(text, this.mapper.constructType(type));
	}

}
