package dev.wasmsandbox.benchmarks.guest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The kernels as a native program: the same source, compiled with {@code gcc -O2} when
 * this is made, in a process of its own. That process ends when this is closed, and with
 * this JVM, whose end is the end of its input. Not thread-safe.
 */
public final class NativeKernels implements AutoCloseable {

	private static final List<String> SOURCES = List.of("kernels.c", "main.c");

	private final Path folder;

	private final Process process;

	private final Writer requests;

	private final BufferedReader answers;

	private long nanos;

	private NativeKernels(Path folder, Process process) {
		this.folder = folder;
		this.process = process;
		this.requests = process.outputWriter(StandardCharsets.US_ASCII);
		this.answers = process.inputReader(StandardCharsets.US_ASCII);
	}

	/**
	 * Compiles and starts the program.
	 * @throws IOException if there is no gcc, or it cannot compile here
	 */
	public static NativeKernels start() throws IOException, InterruptedException {
		return start("gcc");
	}

	static NativeKernels start(String compiler) throws IOException, InterruptedException {
		Path folder = Files.createTempDirectory("native-kernels-");
		try {
			for (String source : SOURCES) {
				copy(source, folder.resolve(source));
			}
			compile(compiler, folder);
			Process process = new ProcessBuilder(folder.resolve("kernels").toString())
				.redirectError(ProcessBuilder.Redirect.INHERIT)
				.start();
			return new NativeKernels(folder, process);
		}
		catch (IOException | InterruptedException | RuntimeException ex) {
			delete(folder);
			throw ex;
		}
	}

	private static void copy(String source, Path file) throws IOException {
		try (InputStream resource = NativeKernels.class.getResourceAsStream("/native/" + source)) {
			if (resource == null) {
				throw new IllegalStateException("native/" + source + " is not on the class path");
			}
			Files.copy(resource, file);
		}
	}

	private static void compile(String compiler, Path folder) throws IOException, InterruptedException {
		Process process;
		try {
			process = new ProcessBuilder(compiler, "-O2", "-o", "kernels", "kernels.c", "main.c")
				.directory(folder.toFile())
				.redirectErrorStream(true)
				.start();
		}
		catch (IOException ex) {
			throw new IOException(compiler + " is missing or cannot be started", ex);
		}
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (process.waitFor() != 0) {
			throw new IOException(compiler + " cannot compile the kernels: " + output.strip());
		}
	}

	/**
	 * Calls a kernel so often that the time for asking does not matter.
	 * @return the sum of the answers, of doubles the bits
	 * @throws IOException if the program has ended
	 */
	public long call(Kernel kernel, int size, int times) throws IOException {
		this.requests.write(kernel.function() + " " + size + " " + times + "\n");
		this.requests.flush();
		String line = this.answers.readLine();
		if (line == null) {
			throw new IOException("The native program has ended");
		}
		int space = line.indexOf(' ');
		this.nanos += Long.parseLong(line.substring(space + 1));
		return Long.parseLong(line.substring(0, space));
	}

	/** The CPU time of all calls so far, counted by the program itself. */
	public long nanos() {
		return this.nanos;
	}

	@Override
	public void close() throws IOException {
		this.process.destroyForcibly();
		delete(this.folder);
	}

	private static void delete(Path folder) throws IOException {
		try (Stream<Path> files = Files.list(folder)) {
			for (Path file : files.toList()) {
				Files.delete(file);
			}
		}
		Files.delete(folder);
	}

}
