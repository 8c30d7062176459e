package dev.wasmsandbox.sample.monitoring;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.util.FileSystemUtils;

/**
 * A real Prometheus that scrapes the application each second and evaluates the rules. Its
 * image is the one that the system property {@code prometheus.image} names, or is made of
 * the Prometheus that is installed; without either the test is skipped.
 */
final class PrometheusServer implements AutoCloseable {

	private static final int PORT = 9090;

	private static final String IMAGE = "wasm-sandbox-test-prometheus:installed";

	private static final String CONFIGURATION = """
			global:
			  scrape_interval: 1s
			  evaluation_interval: 1s
			rule_files:
			  - /wasm-rules.yml
			scrape_configs:
			  - job_name: sample
			    metrics_path: /actuator/prometheus
			    static_configs:
			      - targets: ['host.docker.internal:PORT']
			""";

	private final GenericContainer<?> container;

	private final HttpClient client = HttpClient.newHttpClient();

	private final JsonMapper json = new JsonMapper();

	PrometheusServer(int scrapedPort) throws IOException {
		String given = System.getProperty("prometheus.image", "");
		String image = given.isEmpty() ? built() : given;
		this.container = new GenericContainer<>(DockerImageName.parse(image))
			.withCreateContainerCmdModifier((command) -> command.withEntrypoint("prometheus")
				.withCmd("--config.file=/prometheus.yml", "--storage.tsdb.path=/tmp/data"))
			.withExtraHost("host.docker.internal", "host-gateway")
			.withCopyToContainer(Transferable.of(CONFIGURATION.replace("PORT", String.valueOf(scrapedPort))),
					"/prometheus.yml")
			.withCopyToContainer(Transferable.of(Monitoring.read(Monitoring.RULES)), "/wasm-rules.yml")
			.withExposedPorts(PORT)
			.waitingFor(Wait.forHttp("/-/ready").forPort(PORT));
		if (given.isEmpty()) {
			this.container.withImagePullPolicy((_) -> false);
		}
		this.container.start();
	}

	/** Makes an image of the program that is installed and its libraries. */
	private static String built() throws IOException {
		Path program = LocalPrograms.find("prometheus");
		Assumptions.assumeTrue(program != null,
				"neither is a Prometheus installed, nor an image named by -Dprometheus.image");
		Path recipe = Files.createTempDirectory("prometheus-image").resolve("Dockerfile");
		Files.writeString(recipe, "FROM scratch\nCOPY . /\n");
		List<String> tar = new ArrayList<>(List.of("tar", "--dereference", "--create", "--directory=/"));
		LocalPrograms.withLibraries(program).forEach((file) -> tar.add(file.toString().substring(1)));
		tar.addAll(List.of("--directory=" + recipe.getParent(), "Dockerfile"));
		Process files = new ProcessBuilder(tar).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		try (InputStream context = files.getInputStream()) {
			DockerClientFactory.lazyClient().buildImageCmd(context).withTags(Set.of(IMAGE)).start().awaitImageId();
		}
		finally {
			FileSystemUtils.deleteRecursively(recipe.getParent());
		}
		return IMAGE;
	}

	/** The results of a query at this moment. */
	List<JsonNode> query(String query) {
		return get("query?query=" + encoded(query)).path("result").valueStream().toList();
	}

	/** The results of a query at some time, in seconds. */
	List<JsonNode> query(String query, double time) {
		return get("query?query=" + encoded(query) + "&time=" + time).path("result").valueStream().toList();
	}

	/** The values of a label in the series that a selector chooses. */
	List<String> values(String label, String selector) {
		return get("label/" + label + "/values?match[]=" + encoded(selector)).valueStream()
			.map(JsonNode::stringValue)
			.toList();
	}

	/** All rules and how they are. */
	List<JsonNode> rules() {
		return get("rules").path("groups").valueStream().flatMap((group) -> group.path("rules").valueStream()).toList();
	}

	private static String encoded(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	private JsonNode get(String path) {
		URI uri = URI.create("http://" + this.container.getHost() + ":" + this.container.getMappedPort(PORT)
				+ "/api/v1/" + path.replace("[]", "%5B%5D"));
		try {
			JsonNode answer = this.json
				.readTree(this.client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body());
			if (!"success".equals(answer.path("status").stringValue())) {
				throw new AssertionError("Prometheus does not take " + path + ": " + answer);
			}
			return answer.path("data");
		}
		catch (IOException ex) {
			throw new AssertionError("Prometheus does not answer " + path, ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError("Interrupted", ex);
		}
	}

	@Override
	public void close() {
		this.container.stop();
	}

}
