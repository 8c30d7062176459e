package dev.wasmsandbox.sample.monitoring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The files that operators are given, as the tests read them. */
final class Monitoring {

	/** Maven runs tests in the folder of their module. */
	static final Path FOLDER = Path.of("..", "docs", "monitoring");

	static final Path RULES = FOLDER.resolve("wasm-rules.yml");

	static final Path RULE_TESTS = FOLDER.resolve("wasm-rules-test.yml");

	static final Path DASHBOARD = FOLDER.resolve("wasm-dashboard.json");

	private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.+), (\\w+)\\)");

	private Monitoring() {
	}

	/**
	 * A rule.
	 *
	 * @param name of the alert, or what is recorded
	 */
	record Rule(String name, boolean alert, String expression) {

		/**
		 * The same with its comparisons answering 0 or 1: it has a result as soon as
		 * there is something to compare, whether or not it fires.
		 */
		String compared() {
			return this.alert ? this.expression.replaceAll(" ([<>]=?) ", " $1 bool ") : this.expression;
		}

	}

	/** A variable of the dashboard: the values of a label. */
	record Variable(String selector, String label) {
	}

	static List<Rule> rules() {
		List<Rule> rules = new ArrayList<>();
		for (JsonNode group : new JsonMapper().<JsonNode>valueToTree(new Yaml().load(read(RULES))).path("groups")) {
			for (JsonNode rule : group.path("rules")) {
				boolean alert = rule.has("alert");
				rules.add(new Rule(rule.path(alert ? "alert" : "record").stringValue(), alert,
						rule.path("expr").stringValue()));
			}
		}
		return rules;
	}

	static JsonNode dashboard() {
		return new JsonMapper().readTree(read(DASHBOARD));
	}

	/** The panels of the dashboard, without the rows. */
	static List<JsonNode> panels() {
		return dashboard().path("panels")
			.valueStream()
			.filter((panel) -> !panel.path("type").stringValue().equals("row"))
			.toList();
	}

	/** The queries of all panels, as Grafana sends them for all modules. */
	static List<String> queries() {
		return panels().stream()
			.flatMap((panel) -> panel.path("targets").valueStream())
			.map((target) -> substituted(target.path("expr").stringValue()))
			.toList();
	}

	static List<Variable> variables() {
		return dashboard().path("templating")
			.path("list")
			.valueStream()
			.filter((variable) -> variable.path("type").stringValue().equals("query"))
			.map((variable) -> variable(variable.path("query").path("query").stringValue()))
			.toList();
	}

	private static Variable variable(String query) {
		Matcher parts = LABEL_VALUES.matcher(query);
		if (!parts.matches()) {
			throw new AssertionError("Not a query for the values of a label: " + query);
		}
		return new Variable(substituted(parts.group(1)), parts.group(2));
	}

	private static String substituted(String query) {
		return query.replace("$__rate_interval", "30s").replaceAll("\\$(job|instance|module)\\b", ".*");
	}

	static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
