package dev.wasmsandbox.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

import dev.wasmsandbox.autoconfigure.application.ForkedApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplicationAotProcessor;
import org.springframework.context.aot.AbstractAotProcessor.Settings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application in a JVM of its own: ahead-of-time processed, and on a class path
 * without the optional parts.
 */
class ForkedApplicationTests {

	private static final String SIMPLE = "--wasm.modules.simple.location=classpath:wasm/simple_module.wasm";

	private static final String TEXT = "--wasm.modules.text.location=classpath:wasm/text.wasm";

	private static final String WORDS = "words=2 slug=a-b";

	@TempDir
	Path folder;

	@Test
	void runsAheadOfTimeProcessedWithAModuleThatWasAddedLater() throws Exception {
		Path sources = this.folder.resolve("sources");
		Path classes = this.folder.resolve("classes");
		Settings settings = Settings.builder()
			.sourceOutput(sources)
			.resourceOutput(classes)
			.classOutput(classes)
			.groupId("test")
			.artifactId("test")
			.build();
		new SpringApplicationAotProcessor(ForkedApplication.class, settings, new String[] { SIMPLE, TEXT }).process();
		compile(sources, classes);
		assertThat(hints(classes)).contains("wasm/simple_module.wasm").contains(WasmProperties.Limits.class.getName());
		String classPath = classes + File.pathSeparator + classPath((entry) -> true);
		assertThat(run(classPath, "-Dspring.aot.enabled=true", SIMPLE, TEXT,
				"--wasm.modules.later.location=classpath:wasm/values.wasm", "--wasm.modules.later.pool.max-size=7"))
			.contains("Starting AOT-processed ForkedApplication")
			.contains("customized=[later, simple, text]")
			.contains("modules=[later, simple, text] beans=[later, simple, text] only=- add=5 pool=7")
			.contains(WORDS);
	}

	@Test
	void runsWithoutActuatorMicrometerAndWeb() throws Exception {
		String classPath = classPath((entry) -> Stream
			.of("actuator", "spring-boot-micrometer", "micrometer-core", "spring-web", "spring-boot-web", "tomcat",
					"spring-boot-servlet", "spring-boot-jackson", "jackson-databind", "jackson-core", "msgpack")
			.noneMatch((part) -> new File(entry).getName().contains(part)));
		assertThat(run(classPath, "-Dspring.aot.enabled=false", SIMPLE, TEXT))
			.contains("modules=[simple, text] beans=[simple, text] only=- add=5 pool=64")
			.contains(WORDS);
	}

	private static void compile(Path sources, Path classes) throws IOException {
		try (Stream<Path> files = Files.walk(sources)) {
			List<String> arguments = new ArrayList<>(
					List.of("-proc:none", "-nowarn", "-d", classes.toString(), "-cp", classPath((entry) -> true)));
			files.map(Path::toString).filter((file) -> file.endsWith(".java")).forEach(arguments::add);
			assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
				.isZero();
		}
	}

	private static String hints(Path classes) throws IOException {
		return Files.readString(classes.resolve("META-INF/native-image/test/test/reachability-metadata.json"))
			.replace("\\/", "/");
	}

	private static String classPath(Predicate<String> filter) {
		String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		Collection<String> entries = Arrays.asList(classPath.split(File.pathSeparator));
		return entries.stream().filter(filter).collect(Collectors.joining(File.pathSeparator));
	}

	/** Runs the application to its end and returns what it printed. */
	private String run(String classPath, String option, String... arguments) throws Exception {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
						"--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", option, "-cp", classPath,
						ForkedApplication.class.getName()));
		command.addAll(List.of(arguments));
		Path output = this.folder.resolve("output");
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
		try {
			boolean ended = process.waitFor(2, TimeUnit.MINUTES);
			String printed = Files.readString(output);
			assertThat(ended).as(printed).isTrue();
			assertThat(process.exitValue()).as(printed).isZero();
			return printed;
		}
		finally {
			process.destroyForcibly();
		}
	}

}
