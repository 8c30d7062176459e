package dev.wasmsandbox.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import dev.wasmsandbox.benchmarks.harness.Benchmark;
import dev.wasmsandbox.benchmarks.harness.Effort;
import dev.wasmsandbox.benchmarks.harness.Figure;
import dev.wasmsandbox.benchmarks.harness.Forks;
import dev.wasmsandbox.benchmarks.harness.MachineInfo;
import dev.wasmsandbox.benchmarks.harness.ResultFile;
import dev.wasmsandbox.benchmarks.harness.Table;

/**
 * Runs a benchmark by name. {@code benchmarks/run} starts it.
 */
final class Main {

	/** Every figure was measured, whatever it is. */
	static final int DONE = 0;

	/** At least one figure could not be measured. */
	static final int FAILED = 1;

	/** The command makes no sense. */
	static final int WRONG_USE = 2;

	private Main() {
	}

	/**
	 * Takes {@code [--results FOLDER] NAME [--quick]} or {@code --list}.
	 */
	public static void main(String[] arguments) throws IOException, InterruptedException {
		System.exit(run(List.of(arguments), System.out, System.err));
	}

	static int run(List<String> arguments, PrintStream out, PrintStream err) throws IOException, InterruptedException {
		Path results = Path.of("benchmarks", "target", "results");
		List<String> words = new ArrayList<>(arguments);
		if (words.size() > 1 && words.getFirst().equals("--results")) {
			results = Path.of(words.get(1));
			words.subList(0, 2).clear();
		}
		if (words.equals(List.of("--list"))) {
			out.print(list());
			return DONE;
		}
		boolean quick = words.remove("--quick");
		if (words.size() != 1) {
			err.print("Use: benchmarks/run NAME [--quick], or benchmarks/run --list. The names are:\n" + list());
			return WRONG_USE;
		}
		Optional<Benchmark> benchmark = Benchmarks.find(words.getFirst());
		if (benchmark.isEmpty()) {
			err.print("There is no benchmark '" + words.getFirst() + "'. There are:\n" + list());
			return WRONG_USE;
		}
		return run(benchmark.get(), benchmark.get().effort(quick ? Effort.smoke() : Effort.full()), results, out);
	}

	private static int run(Benchmark benchmark, Effort effort, Path results, PrintStream out)
			throws IOException, InterruptedException {
		List<Figure> figures = new Forks(ForkMain.class).run(benchmark, effort);
		MachineInfo machine = MachineInfo.current(String.join(" ", Forks.jvmOptions(benchmark)));
		ResultFile result = new ResultFile(benchmark.name(), effort.quick() ? true : null, machine, figures);
		Path file = result.writeTo(results);
		out.printf(Locale.ROOT, "%s%s: %s%n%n", benchmark.name(), effort.quick() ? " (quick, not to be quoted)" : "",
				benchmark.summary());
		out.print(Table.of(figures));
		out.printf(Locale.ROOT, "%n%s, %d cores, %s, %s%n%s%n", machine.cpu(), machine.cores(), machine.kernel(),
				machine.jdk(), file);
		return result.complete() ? DONE : FAILED;
	}

	private static String list() {
		StringBuilder list = new StringBuilder();
		Benchmarks.all()
			.forEach((benchmark) -> list
				.append(String.format(Locale.ROOT, "%-20s %s%n", benchmark.name(), benchmark.summary())));
		return list.toString();
	}

}
