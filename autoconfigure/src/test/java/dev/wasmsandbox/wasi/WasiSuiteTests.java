package dev.wasmsandbox.wasi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.error.GuestExitException;
import dev.wasmsandbox.error.WasmSandboxException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The wasi-testsuite for preview 1 (WebAssembly/wasi-testsuite, branch
 * prod/testsuite-all), on directories in memory and on those of the host. Its folder
 * {@code tests} is named by the system property {@code wasi.suite}.
 */
@Tag("slow")
class WasiSuiteTests {

	/** What plain Chicory passes. */
	private static final int AT_LEAST = 64;

	/**
	 * They make symbolic or hard links, which guests must not do in directories of the
	 * host.
	 */
	private static final Set<String> NOT_ON_THE_HOST = Set.of("dangling_symlink", "nofollow_errors", "path_exists",
			"path_link", "path_symlink_trailing_slashes", "readlink", "symlink_create", "symlink_filestat",
			"symlink_loop");

	private final Map<String, String> failures = new TreeMap<>();

	@TempDir
	private Path work;

	@Test
	void passesOnDirectoriesInMemory() throws IOException {
		List<Path> modules = modules();
		modules.forEach((module) -> run(module, false));
		report("memory", modules.size());
		assertThat(modules).hasSizeGreaterThanOrEqualTo(72);
		assertThat(modules.size() - this.failures.size()).isGreaterThanOrEqualTo(AT_LEAST);
		assertThat(this.failures).isEmpty();
	}

	@Test
	void passesOnDirectoriesOfTheHostButForMakingLinks() throws IOException {
		List<Path> modules = modules();
		modules.forEach((module) -> run(module, true));
		report("host", modules.size());
		assertThat(this.failures.keySet()).isSubsetOf(NOT_ON_THE_HOST);
	}

	private void report(String kind, int modules) {
		System.out.println("wasi suite, directories in " + kind + ": " + (modules - this.failures.size()) + " of "
				+ modules + " pass; failures: " + this.failures);
	}

	private static List<Path> modules() throws IOException {
		String folder = System.getProperty("wasi.suite", "");
		assumeTrue(!folder.isBlank(), "no suite: name its folder by -Dwasi.suite=");
		assumeTrue(Files.isDirectory(Path.of(folder)), "no suite: " + folder + " is no folder");
		try (Stream<Path> all = Files.walk(Path.of(folder))) {
			return all.filter((file) -> file.toString().contains("wasm32-wasip1") && file.toString().endsWith(".wasm"))
				.sorted()
				.toList();
		}
	}

	private void run(Path module, boolean host) {
		String name = module.getFileName().toString().replace(".wasm", "");
		try {
			Path json = module.resolveSibling(name + ".json");
			JsonNode test = new JsonMapper().readTree(Files.exists(json) ? Files.readString(json) : "{}");
			String problem = run(module, name, test, host);
			if (problem != null) {
				this.failures.put(name, problem);
			}
		}
		catch (IOException | RuntimeException ex) {
			this.failures.put(name, ex.toString());
		}
	}

	private @Nullable String run(Path module, String name, JsonNode test, boolean host) throws IOException {
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.name(name)
			.source(module)
			.callTimeout(Duration.ofSeconds(20))
			.wasi(settings(module, test, host))
			.build(); SandboxSession session = sandbox.openSession()) {
			int exit = 0;
			try {
				session.call("_start", void.class);
			}
			catch (GuestExitException ex) {
				exit = ex.exitCode();
			}
			catch (WasmSandboxException ex) {
				return ex.getMessage() + " " + text(session.stderr());
			}
			if (exit != test.path("exit_code").asInt(0)) {
				return "exit code " + exit + " " + text(session.stderr());
			}
			if (test.has("stdout") && !text(session.stdout()).equals(test.get("stdout").asString())) {
				return "stdout " + text(session.stdout());
			}
			return null;
		}
	}

	private WasiSettings settings(Path module, JsonNode test, boolean host) throws IOException {
		WasiSettings.Builder settings = WasiSettings.builder()
			.arguments(module.getFileName().toString())
			.clocks(true)
			.clockResolution(Duration.ofNanos(1))
			.random(WasiRandom.SECURE)
			.stdout(WasiStream.CAPTURE)
			.stderr(WasiStream.CAPTURE);
		test.path("args").forEach((argument) -> settings.arguments(argument.asString()));
		test.path("env")
			.properties()
			.forEach((item) -> settings.environment(item.getKey(), item.getValue().asString()));
		for (JsonNode item : test.path("dirs")) {
			String dir = item.asString();
			Path from = module.resolveSibling(dir);
			settings.directory(host ? hostDirectory(dir, from) : memoryDirectory(dir, from));
		}
		return settings.build();
	}

	private static WasiDirectory memoryDirectory(String name, Path from) throws IOException {
		WasiDirectory directory = WasiDirectory.memory(name).bounds(64L << 20, 5_000);
		for (Path file : files(from)) {
			directory = directory.file(from.relativize(file).toString(), Files.readAllBytes(file));
		}
		return directory;
	}

	private WasiDirectory hostDirectory(String name, Path from) throws IOException {
		Path copy = Files.createTempDirectory(this.work, "dir");
		for (Path file : files(from)) {
			Path target = copy.resolve(from.relativize(file).toString());
			Files.createDirectories(target.getParent());
			Files.copy(file, target);
		}
		return WasiDirectory.host(name, copy).readOnly(false).bounds(64L << 20, 5_000);
	}

	private static List<Path> files(Path folder) throws IOException {
		List<Path> files = new ArrayList<>();
		try (Stream<Path> all = Files.walk(folder)) {
			all.filter(Files::isRegularFile).forEach(files::add);
		}
		return files;
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

}
