package dev.wasmsandbox.engine;

import com.dylibso.chicory.wasm.types.Value;
import tools.jackson.databind.JsonNode;

/** Values as the converted suite writes them: bits as unsigned decimal numbers. */
final class SpecValues {

	private SpecValues() {
	}

	static long bits(JsonNode value) {
		String text = value.get("value").asString();
		return switch (value.get("type").asString()) {
			case "i32", "f32" -> Integer.parseUnsignedInt(text);
			case "i64", "f64" -> Long.parseUnsignedLong(text);
			default -> text.equals("null") ? Value.REF_NULL_VALUE : Long.parseLong(text);
		};
	}

	static boolean matches(JsonNode expected, long found) {
		String text = expected.path("value").asString("");
		String type = expected.get("type").asString();
		return switch (type) {
			case "i32" -> (int) found == Integer.parseUnsignedInt(text);
			case "i64" -> found == Long.parseUnsignedLong(text);
			case "f32" -> matchesFloat(text, (int) found);
			case "f64" -> matchesDouble(text, found);
			default -> {
				boolean number = text.matches("\\d+");
				yield number ? found == Long.parseLong(text)
						: text.equals("null") == ((int) found == Value.REF_NULL_VALUE);
			}
		};
	}

	private static boolean matchesFloat(String text, int found) {
		return switch (text) {
			case "nan:canonical" -> (found & 0x7fff_ffff) == 0x7fc0_0000;
			case "nan:arithmetic" -> (found & 0x7fc0_0000) == 0x7fc0_0000;
			default -> found == Integer.parseUnsignedInt(text);
		};
	}

	private static boolean matchesDouble(String text, long found) {
		return switch (text) {
			case "nan:canonical" -> (found & Long.MAX_VALUE) == 0x7ff8_0000_0000_0000L;
			case "nan:arithmetic" -> (found & 0x7ff8_0000_0000_0000L) == 0x7ff8_0000_0000_0000L;
			default -> found == Long.parseUnsignedLong(text);
		};
	}

}
