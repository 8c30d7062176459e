package dev.wasmsandbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The specification's test suite, compiled, on our memory and with our check, beside the
 * plain engine: what passes there must pass here. The folder with the {@code .wast} files
 * is named by the system property {@code spec.suite}.
 */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpecSuiteTests {

	private static final Path CONVERTED = Path.of("target/spec-suite");

	private int assertions;

	private int passedByPlain;

	private int passedByOurs;

	@TestFactory
	Stream<DynamicTest> whatPassesOnThePlainEnginePassesHere() throws IOException {
		String folder = System.getProperty("spec.suite", "");
		assumeTrue(!folder.isBlank(), "no suite: name its folder by -Dspec.suite=");
		assumeTrue(Files.isDirectory(Path.of(folder)), "no suite: " + folder + " is no folder");
		assumeTrue(converterIsThere(), "no suite: wast2json is missing, it comes with wabt");
		List<Path> files;
		try (Stream<Path> all = Files.list(Path.of(folder))) {
			files = all.filter((file) -> file.toString().endsWith(".wast")).sorted().toList();
		}
		assertThat(files).isNotEmpty();
		return files.stream().map((file) -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> run(file)));
	}

	private void run(Path wast) throws Exception {
		Path json = convert(wast);
		List<SpecScript.Result> plain;
		List<SpecScript.Result> ours;
		try (SpecEngine engine = new SpecEngine.Plain()) {
			plain = SpecScript.run(json, engine);
		}
		try (SpecEngine engine = new SpecEngine.Ours()) {
			ours = SpecScript.run(json, engine);
		}
		this.assertions += count(plain, false);
		this.passedByPlain += count(plain, true);
		this.passedByOurs += count(ours, true);
		assertThat(ours).hasSameSizeAs(plain);
		List<String> worse = new ArrayList<>();
		for (int i = 0; i < plain.size(); i++) {
			SpecScript.Result here = ours.get(i);
			if (plain.get(i).passed() && !here.passed()) {
				worse.add("line " + here.line() + ", " + here.type() + ": " + here.problem());
			}
		}
		assertThat(worse).isEmpty();
	}

	private static int count(List<SpecScript.Result> results, boolean passedOnly) {
		return (int) results.stream()
			.filter(SpecScript.Result::assertion)
			.filter((r) -> r.passed() || !passedOnly)
			.count();
	}

	@AfterAll
	void report(TestReporter reporter) {
		String counts = "spec suite: " + this.assertions + " assertions on binary modules, plain engine passes "
				+ this.passedByPlain + ", ours " + this.passedByOurs;
		reporter.publishEntry(counts);
		System.out.println(counts);
	}

	private static boolean converterIsThere() {
		try {
			return new ProcessBuilder("wast2json", "--version").start().waitFor() == 0;
		}
		catch (IOException _) {
			return false;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Path convert(Path wast) throws Exception {
		String name = wast.getFileName().toString().replace(".wast", "");
		Path folder = Files.createDirectories(CONVERTED.resolve(name));
		Path json = folder.resolve(name + ".json");
		Path log = folder.resolve("log");
		int exit = new ProcessBuilder("wast2json", "--disable-simd", wast.toAbsolutePath().toString(), "-o",
				json.toString())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start()
			.waitFor();
		assertThat(exit).as("wast2json: " + Files.readString(log)).isZero();
		return json;
	}

}
