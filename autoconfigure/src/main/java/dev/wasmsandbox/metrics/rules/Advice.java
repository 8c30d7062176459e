package dev.wasmsandbox.metrics.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.wasmsandbox.metrics.ModuleWindow;
import dev.wasmsandbox.metrics.PerformanceRecommendation;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Evidence;
import dev.wasmsandbox.metrics.PerformanceRecommendation.Severity;
import org.jspecify.annotations.Nullable;

/** Collects what a recommendation for one module says. Not thread-safe. */
final class Advice {

	private static final Pattern PLAIN_KEY = Pattern.compile("[A-Za-z0-9_-]+");

	private final String id;

	private final ModuleWindow module;

	private final List<Evidence> evidence = new ArrayList<>();

	private Severity severity = Severity.INFO;

	private String finding = "";

	private @Nullable String property;

	private String current = "";

	private String suggested = "";

	Advice(String id, ModuleWindow module) {
		this.id = id;
		this.module = module;
	}

	Advice found(Severity how, String what) {
		this.severity = how;
		this.finding = what;
		return this;
	}

	Advice evidence(String figure, double value, String unit) {
		this.evidence.add(new Evidence(figure, value, unit));
		return this;
	}

	/** Suggests another value for a property of the module. */
	Advice change(String name, String from, String to) {
		this.property = property(this.module.module()) + "." + name;
		this.current = from;
		this.suggested = to;
		return this;
	}

	/** Suggests what no property of the module does. */
	Advice otherwise(String from, String to) {
		this.current = from;
		this.suggested = to;
		return this;
	}

	/** As it is written in a file; names with dots go in brackets. */
	private static String property(String module) {
		return PLAIN_KEY.matcher(module).matches() ? "wasm.modules." + module : "wasm.modules[" + module + "]";
	}

	Stream<PerformanceRecommendation> expect(String effect) {
		return Stream.of(new PerformanceRecommendation(this.id, this.severity, this.module.module(), this.finding,
				this.evidence, this.module.length(), this.property, this.current, this.suggested, effect));
	}

}
