package dev.wasmsandbox.benchmarks.harness;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * One figure of a result.
 *
 * @param id its name within the benchmark
 * @param value the median, {@code null} where it could not be measured
 * @param unit what it is counted in
 * @param spread the 10th and the 90th percentile
 * @param against what it is compared with
 * @param reason why there is no value; absent where there is one
 */
public record Figure(String id, @Nullable Double value, String unit, @Nullable List<Double> spread,
		@Nullable String against, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String reason) {

	private static final MathContext DIGITS = new MathContext(4);

	/**
	 * Joins what the forks measured: the value is the median of the forks' medians, so
	 * that each fork counts the same; the spread is that of all samples together.
	 */
	static Figure of(FigureSpec spec, List<Samples> forks) {
		Samples medians = Samples.of(forks.stream().mapToDouble(Samples::median).toArray());
		Samples all = Samples.of(forks.stream().flatMapToDouble(Samples::stream).toArray());
		return new Figure(spec.id(), rounded(medians.median()), spec.unit(),
				List.of(rounded(all.percentile(10)), rounded(all.percentile(90))), spec.against(), null);
	}

	static Figure missing(FigureSpec spec, String reason) {
		return new Figure(spec.id(), null, spec.unit(), null, spec.against(), reason);
	}

	private static double rounded(double value) {
		return BigDecimal.valueOf(value).round(DIGITS).doubleValue();
	}

}
