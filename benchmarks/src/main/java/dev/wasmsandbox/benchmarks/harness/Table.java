package dev.wasmsandbox.benchmarks.harness;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Shows figures to people.
 */
public final class Table {

	private static final List<String> HEADINGS = List.of("figure", "value", "unit", "p10", "p90", "against");

	private Table() {
	}

	/** One line a figure, in columns. */
	public static String of(List<Figure> figures) {
		List<List<String>> rows = new ArrayList<>();
		rows.add(HEADINGS);
		figures.forEach((figure) -> rows.add(row(figure)));
		int[] widths = new int[HEADINGS.size()];
		for (List<String> row : rows) {
			for (int i = 0; i < widths.length - 1; i++) {
				widths[i] = Math.max(widths[i], row.get(i).length());
			}
		}
		StringBuilder table = new StringBuilder();
		for (List<String> row : rows) {
			table.append(line(row, widths)).append('\n');
		}
		return table.toString();
	}

	private static List<String> row(Figure figure) {
		Double value = figure.value();
		List<Double> spread = figure.spread();
		if (value == null || spread == null) {
			return List.of(figure.id(), "-", figure.unit(), "", "", "not measured: " + figure.reason());
		}
		return List.of(figure.id(), plain(value), figure.unit(), plain(spread.getFirst()), plain(spread.getLast()),
				Objects.requireNonNullElse(figure.against(), ""));
	}

	private static String plain(double value) {
		return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
	}

	private static String line(List<String> row, int[] widths) {
		StringBuilder line = new StringBuilder();
		for (int i = 0; i < widths.length; i++) {
			String padding = " ".repeat(Math.max(0, widths[i] - row.get(i).length()));
			boolean number = i == 1 || i == 3 || i == 4;
			line.append(number ? padding + row.get(i) : row.get(i) + padding).append("  ");
		}
		return line.toString().stripTrailing();
	}

}
