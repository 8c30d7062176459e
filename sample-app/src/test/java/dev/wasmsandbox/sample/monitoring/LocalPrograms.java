package dev.wasmsandbox.sample.monitoring;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/** Programs that are installed, and what they need to run elsewhere. */
final class LocalPrograms {

	private static final Pattern LIBRARY = Pattern.compile("(/\\S+) \\(0x");

	private static final Pattern PATH_SEPARATOR = Pattern.compile(Pattern.quote(File.pathSeparator));

	private LocalPrograms() {
	}

	/** Where a program is; {@code null} if it is not installed. */
	static @Nullable Path find(String name) {
		for (String folder : PATH_SEPARATOR.split(System.getenv().getOrDefault("PATH", ""), 0)) {
			Path program = Path.of(folder, name);
			if (Files.isExecutable(program)) {
				return program;
			}
		}
		return null;
	}

	/** A program and its shared libraries. */
	static List<Path> withLibraries(Path program) throws IOException {
		List<Path> all = new ArrayList<>(List.of(program));
		LIBRARY.matcher(output(List.of("ldd", program.toString())))
			.results()
			.forEach((library) -> all.add(Path.of(library.group(1))));
		return all;
	}

	private static String output(List<String> command) throws IOException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
	}

}
