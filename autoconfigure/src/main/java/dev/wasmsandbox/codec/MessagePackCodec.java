package dev.wasmsandbox.codec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;

import dev.wasmsandbox.abi.ValueKind;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * MessagePack: values are mapped to Jackson's tree, so that the mapper's configuration
 * and annotations hold here, too, and the tree is what is written and read. What a guest
 * answers has at most as many bytes as this allows, at most 128 levels and no more
 * elements than bytes. Thread-safe.
 */
public final class MessagePackCodec implements ValueCodec {

	/** Its name: {@value}. */
	public static final String NAME = "msgpack";

	/** The most bytes of an answer, if nothing else is said: {@value}. */
	public static final int DEFAULT_MAX_LENGTH = 16 << 20;

	private final ObjectMapper mapper;

	private final int maxLength;

	/** With a mapper as Jackson makes it. */
	public MessagePackCodec() {
		this(JsonMapper.shared());
	}

	/** With the application's mapper. */
	public MessagePackCodec(JsonMapper mapper) {
		this(mapper, DEFAULT_MAX_LENGTH);
	}

	/**
	 * With the application's mapper.
	 * @param maxLength the most bytes of an answer
	 */
	public MessagePackCodec(JsonMapper mapper, int maxLength) {
		this.mapper = mapper;
		this.maxLength = Sizes.requirePositive(maxLength);
	}

	@Override
	public String name() {
		return NAME;
	}

	@Override
	public ValueKind kind() {
		return ValueKind.BYTES;
	}

	@Override
	public Object encode(@Nullable Object value, Type type) {
		try {
			return MessagePackTree.write(this.mapper.valueToTree(value));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public @Nullable Object decode(Object encoded, Type type) {
		byte[] bytes = (byte[]) encoded;
		Sizes.check(bytes.length, this.maxLength, "bytes", NAME);
		try {
			JsonNode tree = MessagePackTree.read(bytes);
			return this.mapper.treeToValue(tree, this.mapper.constructType(type));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("it is no MessagePack: " + ex.getMessage(), ex);
		}
	}

}
