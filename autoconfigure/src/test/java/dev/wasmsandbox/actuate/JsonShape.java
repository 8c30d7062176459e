package dev.wasmsandbox.actuate;

import java.util.SortedSet;
import java.util.TreeSet;

import tools.jackson.databind.JsonNode;

/**
 * The structure of a JSON value: each path and the type of what is there. The elements of
 * an array count together, so that a field that some of them lack is found once.
 */
final class JsonShape {

	private final TreeSet<String> paths = new TreeSet<>();

	private JsonShape() {
	}

	/** Lines such as {@code .modules[].name: string}. */
	static SortedSet<String> of(JsonNode value) {
		JsonShape shape = new JsonShape();
		shape.visit(value, "");
		return shape.paths;
	}

	private void visit(JsonNode value, String path) {
		this.paths.add(path + ": " + type(value));
		if (value.isObject()) {
			value.properties().forEach((field) -> visit(field.getValue(), path + "." + field.getKey()));
		}
		else if (value.isArray()) {
			value.forEach((element) -> visit(element, path + "[]"));
		}
	}

	private static String type(JsonNode value) {
		return switch (value.getNodeType()) {
			case OBJECT -> "object";
			case ARRAY -> "array";
			case STRING -> "string";
			case NUMBER -> "number";
			case BOOLEAN -> "boolean";
			default -> throw new AssertionError("An answer has no " + value.getNodeType());
		};
	}

}
