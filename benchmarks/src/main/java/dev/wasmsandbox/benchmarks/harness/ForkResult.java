package dev.wasmsandbox.benchmarks.harness;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What one fork has found. It goes from the fork to its parent as JSON.
 *
 * @param samples the samples of each figure that was measured
 * @param reasons why the others were not
 */
public record ForkResult(Map<String, List<Double>> samples, Map<String, String> reasons) {

	/** Runs a measurement in this JVM. */
	public static ForkResult measure(Measurement measurement, Effort effort) {
		ForkResult result = new ForkResult(new LinkedHashMap<>(), new LinkedHashMap<>());
		result.run(measurement, effort);
		return result;
	}

	/** The samples of a figure that was measured. */
	Samples require(String id) {
		List<Double> values = Objects.requireNonNull(this.samples.get(id), id);
		return Samples.of(values.stream().mapToDouble(Double::doubleValue).toArray());
	}

	/** What is said of a fork that ended without a result. */
	static ForkResult failed(Measurement measurement, String reason) {
		ForkResult result = new ForkResult(Map.of(), new LinkedHashMap<>());
		measurement.figures().forEach((figure) -> result.reasons.put(figure.id(), reason));
		return result;
	}

	private void run(Measurement measurement, Effort effort) {
		List<String> ids = measurement.figures().stream().map(FigureSpec::id).toList();
		String reason = "the benchmark did not record it";
		try {
			measurement.body().run(effort, (id, samples) -> {
				if (!ids.contains(id)) {
					throw new IllegalArgumentException("No figure '" + id + "' was promised, but " + ids);
				}
				this.samples.put(id, samples.stream().boxed().toList());
			});
		}
		catch (Exception | LinkageError | OutOfMemoryError ex) {
			ex.printStackTrace();
			reason = Objects.requireNonNullElse(ex.getMessage(), ex.toString());
			if (ex instanceof InterruptedException) {
				Thread.currentThread().interrupt();
			}
		}
		for (String id : ids) {
			if (!this.samples.containsKey(id)) {
				this.reasons.put(id, reason);
			}
		}
	}

}
