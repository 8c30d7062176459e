package dev.wasmsandbox;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.wasmsandbox.fixtures.hostile.HostileModule;
import dev.wasmsandbox.fixtures.hostile.HostileModules;
import dev.wasmsandbox.fixtures.hostile.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Hostile modules, in a JVM of their own with little heap and metaspace. */
class HostileCorpusTests {

	@Test
	void thereAreMoreThanAHundredAttacksOnEveryStageWithNamesOfTheirOwn() {
		List<HostileModule> modules = HostileModules.all();
		assertThat(modules).hasSizeGreaterThan(100).extracting(HostileModule::stage).contains(Stage.values());
		Set<String> names = new HashSet<>();
		assertThat(modules).allSatisfy((module) -> assertThat(names.add(module.name())).as(module.name()).isTrue());
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void eachEndsAsDocumentedAndLeavesNothing(@TempDir Path folder) throws Exception {
		Path output = folder.resolve("output");
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"--enable-native-access=ALL-UNNAMED", "-Xmx512m", "-XX:MaxMetaspaceSize=256m", "-cp",
				System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
				HostileProgram.class.getName())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		try {
			boolean ended = process.waitFor(5, TimeUnit.MINUTES);
			String printed = Files.readString(output);
			System.out.println(printed.lines().findFirst().orElse(""));
			assertThat(ended).as(printed).isTrue();
			assertThat(process.exitValue()).as(printed).isZero();
			assertThat(printed).endsWith("survived\n");
		}
		finally {
			process.destroyForcibly();
		}
	}

}
