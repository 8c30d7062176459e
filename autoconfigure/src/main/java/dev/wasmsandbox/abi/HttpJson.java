package dev.wasmsandbox.abi;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the description of a request that an Extism plug-in gives, and writes headers for
 * it: objects of texts, and no more of JSON. Reads in one pass and without recursion.
 */
final class HttpJson {

	private final String text;

	private int at;

	private HttpJson(String text) {
		this.text = text;
	}

	/**
	 * The request that a text describes.
	 * @throws IllegalArgumentException if it describes none, with the reason
	 */
	static ExtismHttp.Request request(String text, byte[] body) {
		HttpJson json = new HttpJson(text);
		Map<String, String> members = new LinkedHashMap<>();
		Map<String, String> headers = new LinkedHashMap<>();
		json.object((name) -> {
			if (name.equals("headers") && json.next() == '{') {
				json.object((header) -> headers.put(header, json.string()));
			}
			else if (json.next() == 'n') {
				json.expect("null");
			}
			else {
				members.put(name, json.string());
			}
		});
		json.next();
		if (json.at < text.length()) {
			throw json.failure("nothing more");
		}
		String url = members.get("url");
		if (url == null) {
			throw new IllegalArgumentException("it has no url");
		}
		return new ExtismHttp.Request(members.getOrDefault("method", "GET").toUpperCase(Locale.ROOT), URI.create(url),
				headers, body);
	}

	/** An object of texts, by names in their order. */
	static String write(Map<String, String> texts) {
		StringBuilder json = new StringBuilder("{");
		new TreeMap<>(texts).forEach((name, value) -> {
			quote(json.append((json.length() > 1) ? "," : ""), name);
			quote(json.append(':'), value);
		});
		return json.append('}').toString();
	}

	private static void quote(StringBuilder json, String text) {
		json.append('"');
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c == '"' || c == '\\') {
				json.append('\\').append(c);
			}
			else if (c < ' ') {
				json.append(String.format("\\u%04x", (int) c));
			}
			else {
				json.append(c);
			}
		}
		json.append('"');
	}

	/** What reads a member's value. */
	@FunctionalInterface
	private interface Member {

		void read(String name);

	}

	private void object(Member member) {
		expect("{");
		if (next() != '}') {
			do {
				String name = string();
				expect(":");
				member.read(name);
			}
			while (passed(','));
		}
		expect("}");
	}

	private String string() {
		expect("\"");
		StringBuilder read = new StringBuilder();
		while (true) {
			char c = take();
			if (c == '"') {
				return read.toString();
			}
			if (c < ' ') {
				throw failure("a text");
			}
			read.append((c == '\\') ? escaped() : c);
		}
	}

	private char escaped() {
		char c = take();
		return switch (c) {
			case '"', '\\', '/' -> c;
			case 'b' -> '\b';
			case 'f' -> '\f';
			case 'n' -> '\n';
			case 'r' -> '\r';
			case 't' -> '\t';
			case 'u' -> (char) (digit() << 12 | digit() << 8 | digit() << 4 | digit());
			default -> throw failure("an escape");
		};
	}

	private int digit() {
		int value = Character.digit(take(), 16);
		if (value < 0) {
			throw failure("a hexadecimal digit");
		}
		return value;
	}

	private char take() {
		if (this.at >= this.text.length()) {
			throw failure("a text");
		}
		return this.text.charAt(this.at++);
	}

	/** The next character that counts, or NUL at the end. */
	private char next() {
		while (this.at < this.text.length() && " \t\r\n".indexOf(this.text.charAt(this.at)) >= 0) {
			this.at++;
		}
		return (this.at < this.text.length()) ? this.text.charAt(this.at) : 0;
	}

	private boolean passed(char wanted) {
		if (next() != wanted) {
			return false;
		}
		this.at++;
		return true;
	}

	private void expect(String wanted) {
		next();
		if (!this.text.startsWith(wanted, this.at)) {
			throw failure("'" + wanted + "'");
		}
		this.at += wanted.length();
	}

	private IllegalArgumentException failure(String wanted) {
		return new IllegalArgumentException("at character " + this.at + " " + wanted + " is expected");
	}

}
