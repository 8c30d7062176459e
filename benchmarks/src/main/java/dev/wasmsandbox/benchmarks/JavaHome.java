package dev.wasmsandbox.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes down which Java runs it. The build starts it with the toolchain's, and
 * {@code benchmarks/run} reads the file.
 */
final class JavaHome {

	private JavaHome() {
	}

	/** Takes the file to write. */
	public static void main(String[] arguments) throws IOException {
		Files.writeString(Path.of(arguments[0]), System.getProperty("java.home") + "\n");
	}

}
