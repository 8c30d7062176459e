package dev.wasmsandbox.sample;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.test.context.TestComponent;
import org.springframework.core.env.Environment;

/**
 * Speaks HTTP with the application, as a stranger would.
 */
@TestComponent
public class Http {

	private static final String BOUNDARY = "the-boundary-of-the-test";

	private final HttpClient client = HttpClient.newHttpClient();

	private final JsonMapper json = new JsonMapper();

	private final Environment environment;

	Http(Environment environment) {
		this.environment = environment;
	}

	public Answer get(String path) {
		return send(path, HttpRequest.newBuilder().GET());
	}

	public Answer delete(String path) {
		return send(path, HttpRequest.newBuilder().DELETE());
	}

	public Answer post(String path, String contentType, byte[] body) {
		return send(path,
				HttpRequest.newBuilder().header("Content-Type", contentType).POST(BodyPublishers.ofByteArray(body)));
	}

	public Answer post(String path, String contentType, String body) {
		return post(path, contentType, body.getBytes(StandardCharsets.UTF_8));
	}

	/** Sends a form with one file. */
	public Answer upload(String path, String part, String fileName, byte[] content) {
		String head = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + part + "\"; filename=\""
				+ fileName + "\"\r\nContent-Type: application/octet-stream\r\n\r\n";
		ByteArrayOutputStream form = new ByteArrayOutputStream();
		form.writeBytes(head.getBytes(StandardCharsets.UTF_8));
		form.writeBytes(content);
		form.writeBytes(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
		return post(path, "multipart/form-data; boundary=" + BOUNDARY, form.toByteArray());
	}

	public Answer uploadModule(byte[] content) {
		return upload("/modules", "file", "module.wasm", content);
	}

	/** Uploads a module and answers its id. */
	public String idOf(byte[] module) {
		return uploadModule(module).json().path("id").stringValue();
	}

	public Answer call(String id, String json) {
		return post("/modules/" + id + "/call", "application/json", json);
	}

	private Answer send(String path, HttpRequest.Builder request) {
		URI uri = URI.create("http://localhost:" + this.environment.getRequiredProperty("local.server.port") + path);
		try {
			return new Answer(this.client.send(request.uri(uri).build(), BodyHandlers.ofByteArray()));
		}
		catch (IOException ex) {
			throw new IllegalStateException("The application did not answer " + path, ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	/** What came back. */
	public final class Answer {

		private final HttpResponse<byte[]> response;

		private Answer(HttpResponse<byte[]> response) {
			this.response = response;
		}

		public int status() {
			return this.response.statusCode();
		}

		public String header(String name) {
			return this.response.headers().firstValue(name).orElse("");
		}

		public byte[] bytes() {
			return this.response.body();
		}

		public String text() {
			return new String(this.response.body(), StandardCharsets.UTF_8);
		}

		public JsonNode json() {
			return Http.this.json.readTree(this.response.body());
		}

	}

}
