package dev.wasmsandbox.sample.monitoring;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.sample.Http;
import dev.wasmsandbox.sample.monitoring.Monitoring.Rule;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

/** Rules and dashboard, as far as no Prometheus is needed to check them. */
@MonitoredSample
class MonitoringFilesTest {

	private static final Pattern METRIC = Pattern.compile("\\b(?:wasm|cache)_\\w+");

	private static final Pattern RECORDED = Pattern.compile("\\b[a-z_]+:\\w+:\\w+");

	private static final Pattern TEXT = Pattern.compile("\"[^\"]*\"");

	@Test
	void dashboardCanBeImported() {
		JsonNode dashboard = Monitoring.dashboard();
		assertThat(dashboard.path("uid").stringValue()).isNotEmpty();
		assertThat(dashboard.path("title").stringValue()).isNotEmpty();
		assertThat(dashboard.has("id")).as("Grafana gives the id").isFalse();
		assertThat(dashboard.path("panels").valueStream().map((panel) -> panel.path("id").intValue()))
			.doesNotHaveDuplicates()
			.allMatch((id) -> id > 0);
		assertThat(dashboard.path("templating").path("list").valueStream())
			.anySatisfy((variable) -> assertThat(variable.path("type").stringValue()).isEqualTo("datasource"));
		assertThat(dashboard.toString()).doesNotContain("http");
	}

	@Test
	void panelsHaveUnitsDescriptionsAndTheChosenSource() {
		assertThat(Monitoring.panels()).hasSizeGreaterThan(20).allSatisfy((panel) -> {
			assertThat(panel.path("title").stringValue()).isNotEmpty();
			assertThat(panel.path("description").stringValue()).isNotEmpty();
			assertThat(panel.path("fieldConfig").path("defaults").path("unit").stringValue()).isNotEmpty();
			assertThat(panel.path("targets").valueStream()).isNotEmpty().allSatisfy((target) -> {
				assertThat(target.path("datasource").path("uid").stringValue()).isEqualTo("${datasource}");
				assertThat(target.path("expr").stringValue()).contains("$instance");
			});
			assertThat(panel.path("targets").valueStream().map((target) -> target.path("refId").stringValue()))
				.doesNotHaveDuplicates();
		});
	}

	@Test
	void panelsDoNotOverlap() {
		List<JsonNode> places = Monitoring.dashboard()
			.path("panels")
			.valueStream()
			.map((panel) -> panel.path("gridPos"))
			.toList();
		Stream<String> cells = places.stream().flatMap(MonitoringFilesTest::cells);
		assertThat(cells).doesNotHaveDuplicates();
		assertThat(places).allMatch((place) -> place.path("x").intValue() + place.path("w").intValue() <= 24);
	}

	private static Stream<String> cells(JsonNode place) {
		int x = place.path("x").intValue();
		int y = place.path("y").intValue();
		return Stream.iterate(y, (row) -> row < y + place.path("h").intValue(), (row) -> row + 1)
			.flatMap((row) -> Stream
				.iterate(x, (column) -> column < x + place.path("w").intValue(), (column) -> column + 1)
				.map((column) -> column + ":" + row));
	}

	@Test
	void whatIsAskedForIsPrinted(@Autowired Http http, @Autowired WasmSandboxes sandboxes) {
		new KnownLoad(sandboxes).each();
		Set<String> asked = Stream
			.concat(Monitoring.queries().stream(), Monitoring.rules().stream().map(Rule::expression))
			.flatMap((query) -> METRIC.matcher(without(RECORDED, without(TEXT, query))).results())
			.map((found) -> found.group())
			.collect(Collectors.toSet());
		Monitoring.variables()
			.forEach((variable) -> asked
				.add(METRIC.matcher(variable.selector()).results().findFirst().orElseThrow().group()));
		assertThat(asked).hasSizeGreaterThan(15);
		Awaitility.await()
			.atMost(Duration.ofMinutes(1))
			.untilAsserted(() -> assertThat(Scrape.of(http.get("/actuator/prometheus").text()).samples())
				.extracting(Scrape.Sample::name)
				.containsAll(asked));
	}

	@Test
	void whatAlertsReadIsRecorded() {
		Set<String> recorded = Monitoring.rules()
			.stream()
			.filter((rule) -> !rule.alert())
			.map(Rule::name)
			.collect(Collectors.toSet());
		assertThat(Monitoring.rules().stream().flatMap((rule) -> RECORDED.matcher(rule.expression()).results()))
			.isNotEmpty()
			.allSatisfy((found) -> assertThat(recorded).contains(found.group()));
	}

	@Test
	void everyAlertIsTested() {
		String tests = Monitoring.read(Monitoring.RULE_TESTS);
		assertThat(Monitoring.rules()).filteredOn(Rule::alert)
			.hasSizeGreaterThan(10)
			.allSatisfy(
					(alert) -> assertThat(tests).containsPattern("alertname: " + alert.name() + "\n        exp_alerts:")
						.containsPattern("alertname: " + alert.name() + "\n      - "));
	}

	@Test
	void promtoolAgrees() throws IOException, InterruptedException {
		Assumptions.assumeTrue(LocalPrograms.find("promtool") != null, "there is no promtool");
		promtool("check", "rules", Monitoring.RULES);
		promtool("test", "rules", Monitoring.RULE_TESTS);
	}

	private static void promtool(String verb, String what, Path file) throws IOException, InterruptedException {
		Process process = new ProcessBuilder("promtool", verb, what, file.toString()).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).as(output).isZero();
	}

	private static String without(Pattern pattern, String text) {
		return pattern.matcher(text).replaceAll("");
	}

}
