package dev.wasmsandbox.codec;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Map;

import dev.wasmsandbox.error.GuestText;
import dev.wasmsandbox.screen.Utf8;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessageFormat;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessageUnpacker;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.POJONode;

/**
 * Jackson's tree as MessagePack. Reading takes memory in proportion to the bytes, and
 * stack to a fixed depth, whatever they say. Extension types are refused.
 */
final class MessagePackTree {

	private static final int MAX_DEPTH = 128;

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	/** The bytes, for they bound every count that is read. */
	private final int length;

	private final MessageUnpacker unpacker;

	private MessagePackTree(byte[] bytes) {
		this.length = bytes.length;
		this.unpacker = MessagePack.newDefaultUnpacker(bytes);
	}

	static byte[] write(JsonNode tree) throws IOException {
		try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
			write(packer, tree, 0);
			return packer.toByteArray();
		}
	}

	private static void write(MessageBufferPacker packer, JsonNode node, int depth) throws IOException {
		requireDepth(depth);
		switch (node.getNodeType()) {
			case NULL, MISSING -> packer.packNil();
			case BOOLEAN -> packer.packBoolean(node.booleanValue());
			case STRING -> packer.packString(whole(node.stringValue()));
			case NUMBER -> writeNumber(packer, node);
			case BINARY -> writeBytes(packer, node.binaryValue());
			case ARRAY -> {
				packer.packArrayHeader(node.size());
				for (JsonNode element : node) {
					write(packer, element, depth + 1);
				}
			}
			case OBJECT -> {
				packer.packMapHeader(node.size());
				for (Map.Entry<String, JsonNode> property : node.properties()) {
					packer.packString(whole(property.getKey()));
					write(packer, property.getValue(), depth + 1);
				}
			}
			case POJO -> writeBytes(packer, embedded((POJONode) node));
		}
	}

	/** The packer puts another character where text is none. */
	private static String whole(String text) {
		if (!Utf8.isWhole(text)) {
			throw new IllegalArgumentException(
					"MessagePack has no form for half of a surrogate pair, as in '" + GuestText.name(text) + "'");
		}
		return text;
	}

	private static void writeBytes(MessageBufferPacker packer, byte[] bytes) throws IOException {
		packer.packBinaryHeader(bytes.length).writePayload(bytes);
	}

	/** Jackson leaves bytes as they are where a format may have a form for them. */
	private static byte[] embedded(POJONode node) {
		if (node.getPojo() instanceof byte[] bytes) {
			return bytes;
		}
		throw new IllegalArgumentException("MessagePack has no form for " + node);
	}

	private static void writeNumber(MessageBufferPacker packer, JsonNode node) throws IOException {
		switch (node.numberType()) {
			case INT, LONG -> packer.packLong(node.longValue());
			case BIG_INTEGER -> packer.packBigInteger(node.bigIntegerValue());
			case FLOAT -> packer.packFloat(node.floatValue());
			// MessagePack has no decimal numbers.
			case DOUBLE, BIG_DECIMAL -> packer.packDouble(node.doubleValue());
		}
	}

	/**
	 * Reads one value that takes up all bytes.
	 * @throws IOException if they are anything else
	 */
	static JsonNode read(byte[] bytes) throws IOException {
		MessagePackTree reader = new MessagePackTree(bytes);
		try (MessageUnpacker unpacker = reader.unpacker) {
			JsonNode tree = reader.value(0);
			if (unpacker.getTotalReadBytes() != bytes.length) {
				throw new IOException(
						"there are " + (bytes.length - unpacker.getTotalReadBytes()) + " bytes after the first value");
			}
			return tree;
		}
		catch (MessagePackException ex) {
			throw new IOException((ex.getMessage() != null) ? ex.getMessage() : ex.getClass().getSimpleName(), ex);
		}
	}

	private JsonNode value(int depth) throws IOException {
		requireDepth(depth);
		MessageFormat format = this.unpacker.getNextFormat();
		return switch (format.getValueType()) {
			case NIL -> {
				this.unpacker.unpackNil();
				yield NODES.nullNode();
			}
			case BOOLEAN -> NODES.booleanNode(this.unpacker.unpackBoolean());
			case INTEGER -> integer(format);
			case FLOAT -> (format == MessageFormat.FLOAT32) ? NODES.numberNode(this.unpacker.unpackFloat())
					: NODES.numberNode(this.unpacker.unpackDouble());
			case STRING -> NODES.stringNode(this.unpacker.unpackString());
			case BINARY -> NODES.binaryNode(this.unpacker.readPayload(there(this.unpacker.unpackBinaryHeader())));
			case ARRAY -> array(depth);
			case MAP -> map(depth);
			case EXTENSION -> throw new IOException("extension types are not read");
		};
	}

	private JsonNode integer(MessageFormat format) throws IOException {
		if (format != MessageFormat.UINT64) {
			long value = this.unpacker.unpackLong();
			return ((int) value == value) ? NODES.numberNode((int) value) : NODES.numberNode(value);
		}
		BigInteger value = this.unpacker.unpackBigInteger();
		return (value.bitLength() < Long.SIZE) ? NODES.numberNode(value.longValue()) : NODES.numberNode(value);
	}

	private JsonNode array(int depth) throws IOException {
		int size = there(this.unpacker.unpackArrayHeader());
		ArrayNode array = NODES.arrayNode();
		for (int i = 0; i < size; i++) {
			array.add(value(depth + 1));
		}
		return array;
	}

	private JsonNode map(int depth) throws IOException {
		int size = there(this.unpacker.unpackMapHeader());
		ObjectNode map = NODES.objectNode();
		for (int i = 0; i < size; i++) {
			map.set(key(), value(depth + 1));
		}
		return map;
	}

	/** Some toolchains write maps with numbers as keys; Jackson's tree has text only. */
	private String key() throws IOException {
		return switch (this.unpacker.getNextFormat().getValueType()) {
			case STRING -> this.unpacker.unpackString();
			case INTEGER -> this.unpacker.unpackBigInteger().toString();
			default -> throw new IOException("a key of a map is neither text nor an integer");
		};
	}

	/** Checks that so many elements or bytes can be there, before memory is taken. */
	private int there(int count) throws IOException {
		long left = this.length - this.unpacker.getTotalReadBytes();
		if (count < 0 || count > left) {
			throw new IOException(Integer.toUnsignedString(count) + " elements or bytes are announced where " + left
					+ " bytes are left");
		}
		return count;
	}

	private static void requireDepth(int depth) {
		if (depth > MAX_DEPTH) {
			throw new IllegalArgumentException("it is nested more deeply than " + MAX_DEPTH + " levels");
		}
	}

}
