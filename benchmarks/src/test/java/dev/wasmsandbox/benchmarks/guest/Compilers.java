package dev.wasmsandbox.benchmarks.guest;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What this machine can compile with.
 */
public final class Compilers {

	private Compilers() {
	}

	/** Whether native code can be compared with. */
	public static boolean gccIsThere() {
		String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
		return Stream.of(path.split(File.pathSeparator))
			.anyMatch((folder) -> Files.isExecutable(Path.of(folder, "gcc")));
	}

}
