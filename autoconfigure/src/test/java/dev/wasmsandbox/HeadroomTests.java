package dev.wasmsandbox;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Host functions called near the end of a guest's stack, in a JVM of its own for each way
 * that code is run.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class HeadroomTests {

	@TempDir
	Path folder;

	@ParameterizedTest
	@CsvSource({ "-Xint, platform", "-XX:TieredStopAtLevel=1, platform", "-XX:+TieredCompilation, platform",
			"-XX:-TieredCompilation, platform", "-XX:StackShadowPages=40, platform",
			"-XX:+TieredCompilation, virtual" })
	void noClassIsBrokenAtTheEndOfAGuestsStack(String option, String thread) throws Exception {
		Path output = this.folder.resolve("output");
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
						"--enable-native-access=ALL-UNNAMED", option, "-XX:+UseSerialGC", "-Xmx512m", "-cp",
						System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
						HeadroomProgram.class.getName(), thread));
		Process process = new ProcessBuilder(command).directory(this.folder.toFile())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		try {
			boolean ended = process.waitFor(3, TimeUnit.MINUTES);
			String printed = Files.readString(output);
			System.out.println(option + " " + thread + ": " + printed.lines().limit(3).toList());
			assertThat(ended).as(printed).isTrue();
			assertThat(process.exitValue()).as(printed).isZero();
			assertThat(printed).contains("measured true").endsWith("survived\n");
		}
		finally {
			process.destroyForcibly();
		}
	}

}
