package dev.wasmsandbox;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Guests leave carrier threads to other virtual threads; in a JVM with two of them. */
class StarvationTests {

	@Test
	void endlessGuestsOnVirtualThreadsLeaveOthersACarrier(@TempDir Path folder) throws Exception {
		Path output = folder.resolve("output");
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"--enable-native-access=ALL-UNNAMED", "-Djdk.virtualThreadScheduler.parallelism=2", "-Xmx256m", "-cp",
				System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
				StarvationProgram.class.getName())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		try {
			boolean ended = process.waitFor(2, TimeUnit.MINUTES);
			String printed = Files.readString(output);
			assertThat(ended).as(printed).isTrue();
			assertThat(printed).endsWith("others ran beside 1\nended 40\n");
		}
		finally {
			process.destroyForcibly();
		}
	}

}
