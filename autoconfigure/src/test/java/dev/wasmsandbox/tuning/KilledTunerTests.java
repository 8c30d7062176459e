package dev.wasmsandbox.tuning;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** An application is killed in the middle of a trial, and starts again. */
@Timeout(120)
class KilledTunerTests {

	private static final Pattern TRYING = Pattern.compile("proven (\\d+) trying (\\d+)");

	@TempDir
	private Path folder;

	@Test
	void startsWithTheProvenValuesNeitherThoseConfiguredNorThoseTried() throws Exception {
		Process first = start("first");
		String proven;
		try {
			Matcher trying = TRYING.matcher(lineWith(first, "proven"));
			assertThat(trying.matches()).isTrue();
			proven = trying.group(1);
			assertThat(trying.group(2)).isNotEqualTo(proven);
		}
		finally {
			first.destroyForcibly().waitFor();
		}
		assertThat(first.exitValue()).isNotZero();
		Process again = start("again");
		try {
			assertThat(lineWith(again, "started")).isEqualTo("started with " + proven);
		}
		finally {
			again.destroyForcibly();
		}
	}

	private Process start(String how) throws IOException {
		String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		return new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-cp", classPath,
				KilledTunerProgram.class.getName(), how, this.folder.resolve("tuner.json").toString()))
			.redirectErrorStream(true)
			.start();
	}

	private static String lineWith(Process process, String word) throws IOException {
		StringBuilder printed = new StringBuilder();
		try (BufferedReader reader = process.inputReader()) {
			for (String line = reader.readLine(); line != null; line = reader.readLine()) {
				if (line.startsWith(word)) {
					return line;
				}
				printed.append(line).append('\n');
			}
		}
		throw new AssertionError("No line with '" + word + "' in:\n" + printed);
	}

}
