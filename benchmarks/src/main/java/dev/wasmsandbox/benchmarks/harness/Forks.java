package dev.wasmsandbox.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs a benchmark in several fresh JVMs, one after the other, because what HotSpot makes
 * of the code differs from one JVM to the next: one JVM is one sample. The JVMs run the
 * same Java and class path as this one.
 */
public final class Forks {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private final Class<?> main;

	/**
	 * Makes forks.
	 * @param main the program of a fork. Its arguments are the name of the benchmark,
	 * {@code quick} or {@code full}, the place of the measurement in its list, and the
	 * file to {@link #write} its result to.
	 */
	public Forks(Class<?> main) {
		this.main = main;
	}

	/**
	 * Runs all forks and joins their figures. A fork is one JVM for each measurement, one
	 * after the other, so that the forks of one measurement are spread over the run.
	 */
	public List<Figure> run(Benchmark benchmark, Effort effort) throws IOException, InterruptedException {
		List<Measurement> measurements = benchmark.measurements();
		List<List<ForkResult>> results = new ArrayList<>();
		measurements.forEach((measurement) -> results.add(new ArrayList<>()));
		long started = System.nanoTime();
		for (int fork = 0; fork < effort.forks(); fork++) {
			long elapsed = System.nanoTime() - started;
			if (fork > 0 && elapsed + elapsed / fork > effort.whole().toNanos()) {
				System.err.println("The machine is too busy for more forks in the time of a run");
				break;
			}
			System.err.printf(Locale.ROOT, "%s: fork %d of %d%n", benchmark.name(), fork + 1, effort.forks());
			for (int i = 0; i < measurements.size(); i++) {
				results.get(i).add(run(benchmark, effort, i));
			}
		}
		return join(benchmark, results);
	}

	private static List<Figure> join(Benchmark benchmark, List<List<ForkResult>> results) {
		List<Measurement> measurements = benchmark.measurements();
		List<Figure> figures = new ArrayList<>();
		Map<String, List<ForkResult>> byId = new HashMap<>();
		for (int i = 0; i < measurements.size(); i++) {
			List<ForkResult> forks = results.get(i);
			figures.addAll(join(measurements.get(i), forks));
			measurements.get(i).figures().forEach((spec) -> byId.put(spec.id(), forks));
		}
		figures.addAll(0, benchmark.derived().stream().map((derived) -> derived.join(byId)).toList());
		return figures;
	}

	/** A figure that one JVM could not measure has no value. */
	static List<Figure> join(Measurement measurement, List<ForkResult> forks) {
		return measurement.figures().stream().map((spec) -> join(spec, forks)).toList();
	}

	static Figure join(FigureSpec spec, List<ForkResult> forks) {
		List<Samples> samples = new ArrayList<>();
		for (ForkResult fork : forks) {
			if (!fork.samples().containsKey(spec.id())) {
				return Figure.missing(spec, fork.reasons().getOrDefault(spec.id(), "a fork did not measure it"));
			}
			samples.add(fork.require(spec.id()));
		}
		return Figure.of(spec, samples);
	}

	private ForkResult run(Benchmark benchmark, Effort effort, int measurement)
			throws IOException, InterruptedException {
		Measurement measured = benchmark.measurements().get(measurement);
		Path file = Files.createTempFile("benchmark-", ".json");
		try {
			String failure = runProcess(command(benchmark, effort, measurement, file), effort);
			return (failure != null) ? ForkResult.failed(measured, failure)
					: JSON.readValue(file.toFile(), ForkResult.class);
		}
		catch (JacksonException ex) {
			return ForkResult.failed(measured, "the fork left no result: " + ex.getOriginalMessage());
		}
		finally {
			Files.delete(file);
		}
	}

	private List<String> command(Benchmark benchmark, Effort effort, int measurement, Path file) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(jvmOptions(benchmark));
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), this.main.getName()));
		command.addAll(List.of(benchmark.name(), effort.quick() ? "quick" : "full", Integer.toString(measurement),
				file.toString()));
		return command;
	}

	/** What the JVMs of a benchmark are started with. */
	public static List<String> jvmOptions(Benchmark benchmark) {
		List<String> options = new ArrayList<>();
		options.add("--enable-native-access=ALL-UNNAMED");
		options.addAll(benchmark.jvmOptions());
		return options;
	}

	/** Returns what went wrong, if anything did. A fork does not outlive this JVM. */
	private static @Nullable String runProcess(List<String> command, Effort effort)
			throws IOException, InterruptedException {
		Process process = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		Thread killer = new Thread(process::destroyForcibly, "kill-fork");
		Runtime.getRuntime().addShutdownHook(killer);
		try {
			if (!process.waitFor(effort.limit().toMillis(), TimeUnit.MILLISECONDS)) {
				return "a fork did not end within " + effort.limit().toSeconds() + " s";
			}
			return (process.exitValue() == 0) ? null : "a fork ended with exit code " + process.exitValue();
		}
		finally {
			process.destroyForcibly();
			Runtime.getRuntime().removeShutdownHook(killer);
		}
	}

	/** Leaves the result of a fork for its parent. */
	public static void write(ForkResult result, Path file) {
		JSON.writeValue(file.toFile(), result);
	}

}
