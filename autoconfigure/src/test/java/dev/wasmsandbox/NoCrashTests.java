package dev.wasmsandbox;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * In a JVM of its own, so that a crash is a failed test: nothing the API allows kills it.
 */
@EnabledOnOs(OS.LINUX)
class NoCrashTests {

	@TempDir
	Path folder;

	@Test
	void randomCallsByEightThreadsEndInOurExceptions() throws Exception {
		survives("-XX:+UseSerialGC", "random", "20000");
	}

	@Test
	void aHundredRegistriesLeaveNothingBehind() throws Exception {
		survives("-XX:+UseSerialGC", "registries", "100");
	}

	@Tag("slow")
	@Test
	void aMillionRandomCallsEndInOurExceptions() throws Exception {
		survives("-XX:+UseG1GC", "random", "1000000");
	}

	@Tag("slow")
	@ParameterizedTest
	@ValueSource(strings = { "-XX:+UseG1GC", "-XX:+UseZGC" })
	void theJvmLivesAtTheMappingCeiling(String collector) throws Exception {
		survives(collector, "ceiling");
	}

	private void survives(String collector, String... arguments) throws Exception {
		String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
						"--enable-native-access=ALL-UNNAMED", collector, "-Xms32m", "-Xmx2g", "-cp", classPath,
						CrashProgram.class.getName()));
		command.addAll(List.of(arguments));
		Path output = this.folder.resolve("output");
		Process process = new ProcessBuilder(command).directory(this.folder.toFile())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		try {
			boolean ended = process.waitFor(5, TimeUnit.MINUTES);
			String printed = Files.readString(output);
			assertThat(ended).as(printed).isTrue();
			assertThat(process.exitValue()).as(printed).isZero();
			assertThat(printed).contains("survived");
		}
		finally {
			process.destroyForcibly();
		}
	}

}
