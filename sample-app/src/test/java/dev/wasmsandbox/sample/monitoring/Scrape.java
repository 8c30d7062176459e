package dev.wasmsandbox.sample.monitoring;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What {@code /actuator/prometheus} answered. */
record Scrape(List<Sample> samples) {

	private static final Pattern LINE = Pattern.compile("(\\w+)(?:\\{(.*)\\})? (\\S+)");

	private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

	/** One line. */
	record Sample(String name, Map<String, String> labels, double value) {
	}

	static Scrape of(String text) {
		return new Scrape(text.lines().filter((line) -> !line.startsWith("#")).map(Scrape::sample).toList());
	}

	private static Sample sample(String line) {
		Matcher parts = LINE.matcher(line);
		if (!parts.matches()) {
			throw new AssertionError("Not a line of a scrape: " + line);
		}
		Map<String, String> labels = new HashMap<>();
		Matcher label = LABEL.matcher((parts.group(2) != null) ? parts.group(2) : "");
		while (label.find()) {
			labels.put(label.group(1), label.group(2));
		}
		return new Sample(parts.group(1), labels, Double.parseDouble(parts.group(3).replace("Inf", "Infinity")));
	}

	/** The samples of a metric that have these labels: names and values in turns. */
	Stream<Sample> find(String name, String... labels) {
		Predicate<Sample> wanted = (sample) -> sample.name().equals(name);
		for (int i = 0; i < labels.length; i += 2) {
			String label = labels[i];
			String value = labels[i + 1];
			wanted = wanted.and((sample) -> value.equals(sample.labels().get(label)));
		}
		return this.samples.stream().filter(wanted);
	}

	/** Their sum; 0 if there are none. */
	double sum(String name, String... labels) {
		return find(name, labels).mapToDouble(Sample::value).sum();
	}

}
