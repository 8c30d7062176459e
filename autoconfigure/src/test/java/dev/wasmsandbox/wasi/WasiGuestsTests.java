package dev.wasmsandbox.wasi;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.fixtures.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Guests of two toolchains, with everything granted and with nothing. */
class WasiGuestsTests {

	private static WasiSettings.Builder captured(String program) {
		return WasiSettings.builder().arguments(program, "NAME", "/work").stdout(WasiStream.CAPTURE);
	}

	private static WasiSettings.Builder everything(String program, WasiDirectory directory) {
		return captured(program).environment("NAME", "value")
			.stdin("12345".getBytes(StandardCharsets.UTF_8))
			.clocks(true)
			.random(WasiRandom.SECURE)
			.directory(directory);
	}

	private static List<String> run(String fixture, WasiSettings.Builder settings) {
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.name(fixture)
			.source(Fixtures.bytes(fixture))
			.wasi(settings.build())
			.build(); SandboxSession session = sandbox.openSession()) {
			session.call("_start", void.class);
			return new String(session.stdout(), StandardCharsets.UTF_8).lines().toList();
		}
	}

	private static WasiDirectory inMemory() {
		return WasiDirectory.memory("/work").file("in.txt", "first\nsecond\n".getBytes(StandardCharsets.UTF_8));
	}

	@Test
	void withEverythingGrantedAllProbesSucceed() {
		assertThat(run("wasi_probe", everything("wasi_probe", inMemory()))).containsExactly("arguments 3",
				"variable value", "stdin 5", "file first", "write done", "clocks done", "random done");
		assertThat(run("wasi_rust", everything("wasi_rust", inMemory()))).containsExactly("arguments 3",
				"variable value", "stdin 5", "file first", "write done", "clocks done");
	}

	@Test
	void withNothingGrantedAllProbesAreRefused() {
		assertThat(run("wasi_probe", captured("wasi_probe"))).containsExactly("arguments 3", "variable refused",
				"stdin 0", "file refused", "write refused", "clocks refused", "random refused");
		assertThatExceptionOfType(SandboxTrapException.class).isThrownBy(() -> run("wasi_rust", captured("wasi_rust")));
	}

	@Test
	void aDirectoryOfTheHostIsWrittenIfThatIsGranted(@TempDir Path folder) {
		WasiDirectory directory = WasiDirectory.host("/work", folder);
		assertThat(run("wasi_probe", everything("wasi_probe", directory))).contains("file refused", "write refused");
		assertThat(folder).isEmptyDirectory();
		assertThat(run("wasi_rust", everything("wasi_rust", directory.readOnly(false)))).contains("file refused",
				"write done");
		assertThat(folder.resolve("out.txt")).hasContent("written");
	}

}
