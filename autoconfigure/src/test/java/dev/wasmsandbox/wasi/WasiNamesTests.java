package dev.wasmsandbox.wasi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static dev.wasmsandbox.wasi.RawGuest.OUT;
import static dev.wasmsandbox.wasi.RawGuest.READ;
import static dev.wasmsandbox.wasi.RawGuest.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Names of files are bytes to the host's system and text to programs. */
class WasiNamesTests {

	private static final int ROOT = 3;

	@TempDir
	private Path folder;

	private RawGuest guest() {
		return RawGuest.with(WasiSettings.builder().directory(WasiDirectory.host("/d", this.folder).readOnly(false)));
	}

	/** Java makes no names that are no text; the shell does. */
	private void shell(String command) throws IOException, InterruptedException {
		Process shell = new ProcessBuilder("sh", "-c", command).directory(this.folder.toFile())
			.redirectErrorStream(true)
			.start();
		String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(shell.waitFor()).as(output).isZero();
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void filesWhoseNamesAreNoTextAreNotListed() throws Exception {
		shell("printf bad > \"$(printf 'a\\377b')\"; printf half > \"$(printf 'x\\355\\240\\200')\"; printf good > good");
		try (RawGuest guest = guest()) {
			assertThat(guest.list(ROOT)).containsExactlyInAnyOrder(".", "..", "good");
			assertThat(guest.path("path_unlink_file", ROOT, "good")).isEqualTo(Errno.SUCCESS);
			assertThat(guest.list(ROOT)).containsExactlyInAnyOrder(".", "..");
		}
		shell("test \"$(ls | wc -l)\" -eq 2");
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	@EnabledIfSystemProperty(named = "sun.jnu.encoding", matches = "UTF-8")
	void theSignJavaShowsForThemNamesNoOtherFile() throws Exception {
		shell("printf bad > \"$(printf 'a\\377b')\"");
		String shown = "a\ufffdb";
		try (RawGuest guest = guest()) {
			assertThat(guest.open(ROOT, shown, 0, READ)).isEqualTo(Errno.NOENT);
			assertThat(guest.path("path_unlink_file", ROOT, shown)).isEqualTo(Errno.NOENT);
			int own = guest.opened(ROOT, shown, 1, READ | WRITE);
			assertThat(guest.write(own, "own")).isEqualTo(Errno.SUCCESS);
			assertThat(guest.list(ROOT)).containsExactlyInAnyOrder(".", "..", shown);
			assertThat(guest.content(ROOT, shown)).isEqualTo("own");
		}
		shell("test \"$(cat \"$(printf 'a\\377b')\")\" = bad");
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	@EnabledIfSystemProperty(named = "sun.jnu.encoding", matches = "UTF-8")
	void linksWhoseTextsAreNoTextAreRefused() throws Exception {
		shell("printf bad > \"$(printf 'a\\377b')\"; ln -s \"$(printf 'a\\377b')\" link");
		Files.writeString(this.folder.resolve("a\ufffdb"), "another");
		try (RawGuest guest = guest()) {
			assertThat(guest.path("path_readlink", ROOT, "link", 512, 100, OUT)).isEqualTo(Errno.ILSEQ);
			assertThat(guest.open(ROOT, "link", 0, READ)).isEqualTo(Errno.ILSEQ);
		}
	}

	@Test
	void pathsThatNoProgramCanBeToldAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> WasiDirectory.memory("/a\uD83D"))
			.withMessageContaining("half of a surrogate pair")
			.withMessageContaining("/a\\ud83d");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> WasiDirectory.memory("/a").file("b/\uDE00.json", new byte[0]))
			.withMessageContaining("half of a surrogate pair");
	}

}
