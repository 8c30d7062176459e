package dev.wasmsandbox.wasi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.fixtures.Fixtures;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static dev.wasmsandbox.wasi.RawGuest.OUT;
import static dev.wasmsandbox.wasi.RawGuest.READ;
import static dev.wasmsandbox.wasi.RawGuest.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Nobody gets out of a granted directory, and nothing gets into the next lease. */
class WasiEscapeTests {

	private static final int ROOT = 3;

	private static final String SECRET = "the secret";

	@TempDir
	private Path outside;

	private Path granted;

	@BeforeEach
	void makeDirectories() throws IOException {
		this.granted = Files.createDirectory(this.outside.resolve("granted"));
		Files.writeString(this.outside.resolve("secret"), SECRET);
		Files.createDirectory(this.granted.resolve("inner"));
		Files.writeString(this.granted.resolve("inner/secret"), "harmless");
	}

	private RawGuest guest() {
		return RawGuest.with(WasiSettings.builder().directory(WasiDirectory.host("/d", this.granted).readOnly(false)));
	}

	@Test
	void dotsAndAbsolutePathsDoNotLeave() {
		try (RawGuest guest = guest()) {
			for (String path : new String[] { "../secret", "inner/../../secret", "..", "inner/../..",
					this.outside.resolve("secret").toString(), "/", "inner/../inner/../../granted/inner/secret" }) {
				assertThat(guest.open(ROOT, path, 0, READ)).as(path).isEqualTo(Errno.NOTCAPABLE);
				assertThat(guest.path("path_filestat_get", ROOT, 1, path, 512)).as(path).isEqualTo(Errno.NOTCAPABLE);
				assertThat(guest.path("path_unlink_file", ROOT, path)).as(path).isEqualTo(Errno.NOTCAPABLE);
				assertThat(guest.path("path_create_directory", ROOT, path)).as(path).isEqualTo(Errno.NOTCAPABLE);
				assertThat(guest.path("path_rename", ROOT, "inner", ROOT, path)).as(path).isEqualTo(Errno.NOTCAPABLE);
			}
			int inner = guest.opened(ROOT, "inner", 2, 0);
			assertThat(guest.open(inner, "../inner/secret", 0, READ)).isEqualTo(Errno.NOTCAPABLE);
			assertThat(guest.content(ROOT, "inner/../inner/./secret")).isEqualTo("harmless");
		}
		assertThat(this.outside.resolve("secret")).hasContent(SECRET);
	}

	@Test
	void linksOfTheHostAreFollowedOnlyWithin() throws IOException {
		Files.createSymbolicLink(this.granted.resolve("absolute"), this.outside.resolve("secret"));
		Files.createSymbolicLink(this.granted.resolve("up"), Path.of("../secret"));
		Files.createSymbolicLink(this.granted.resolve("folder"), Path.of(".."));
		Files.createSymbolicLink(this.granted.resolve("inner/back"), Path.of("../inner/secret"));
		try (RawGuest guest = guest()) {
			assertThat(guest.open(ROOT, "absolute", 0, READ)).isEqualTo(Errno.NOTCAPABLE);
			assertThat(guest.open(ROOT, "up", 0, READ)).isEqualTo(Errno.NOTCAPABLE);
			assertThat(guest.open(ROOT, "folder/secret", 0, READ)).isEqualTo(Errno.NOTCAPABLE);
			assertThat(guest.open(ROOT, "folder", 2, 0)).isEqualTo(Errno.NOTCAPABLE);
			assertThat(guest.open(ROOT, "absolute", 1 | 8, WRITE)).isEqualTo(Errno.NOTCAPABLE);
			assertThat(guest.path("path_open", ROOT, 0, "up", 0, READ, 0L, 0, OUT)).isEqualTo(Errno.LOOP);
			assertThat(guest.path("path_filestat_get", ROOT, 1, "up", 512)).isEqualTo(Errno.NOTCAPABLE);
			assertThat(guest.content(ROOT, "inner/back")).isEqualTo("harmless");
			assertThat(guest.path("path_rename", ROOT, "inner/back", ROOT, "moved")).isEqualTo(Errno.SUCCESS);
			assertThat(guest.open(ROOT, "moved", 0, READ)).isEqualTo(Errno.NOTCAPABLE);
		}
		assertThat(this.outside.resolve("secret")).hasContent(SECRET);
	}

	@Test
	void aDirectoryThatTurnsIntoALinkMeanwhileLeadsNowhere() throws Exception {
		Files.createDirectory(this.granted.resolve("kept"));
		Files.writeString(this.granted.resolve("kept/secret"), "harmless");
		AtomicBoolean done = new AtomicBoolean();
		Path door = this.granted.resolve("door");
		Thread swapper = Thread.ofPlatform().start(() -> swap(door, done));
		try (RawGuest guest = guest()) {
			for (int i = 0; i < 3_000; i++) {
				if (guest.open(ROOT, "door/secret", 0, READ) == Errno.SUCCESS) {
					int file = guest.memory().readInt(OUT);
					assertThat(guest.read(file, 100)).isEqualTo("harmless");
					guest.call("fd_close", file);
				}
			}
		}
		finally {
			done.set(true);
			swapper.join();
		}
	}

	/** Makes the door a harmless directory and a link to the outside by turns. */
	private void swap(Path door, AtomicBoolean done) {
		try {
			Path link = this.granted.resolve("link");
			while (!done.get()) {
				Files.move(this.granted.resolve("kept"), door, StandardCopyOption.ATOMIC_MOVE);
				Files.createSymbolicLink(link, Path.of(".."));
				Files.move(door, this.granted.resolve("kept"), StandardCopyOption.ATOMIC_MOVE);
				Files.move(link, door, StandardCopyOption.ATOMIC_MOVE);
				Files.delete(door);
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void nothingOfALeaseIsInTheNext() throws IOException {
		WasiSettings.Builder settings = WasiSettings.builder()
			.directory(WasiDirectory.memory("/m").file("seed", "seed".getBytes(StandardCharsets.UTF_8)))
			.directory(WasiDirectory.host("/d", this.granted))
			.stdout(WasiStream.CAPTURE);
		try (RawGuest guest = RawGuest.with(settings)) {
			guest.opened(4, "inner/secret", 0, READ);
			guest.nextLease();
			long before = openFiles();
			for (int i = 0; i < 20; i++) {
				assertThat(guest.list(3)).containsExactly(".", "..", "seed");
				assertThat(guest.content(3, "seed")).isEqualTo("seed");
				guest.write(guest.opened(3, "seed", 0, WRITE), "XXXX");
				guest.write(guest.opened(3, "mine", 1, WRITE), "mine");
				guest.write(1, "output");
				assertThat(guest.session().stdout()).hasSize(6);
				int file = guest.opened(4, "inner/secret", 0, READ);
				assertThat(guest.call("fd_close", 0)).isEqualTo(Errno.SUCCESS);
				guest.nextLease();
				assertThat(guest.session().stdout()).isEmpty();
				assertThat(guest.call("fd_close", file)).isEqualTo(Errno.BADF);
				assertThat(guest.call("fd_fdstat_get", 0, OUT)).isEqualTo(Errno.SUCCESS);
			}
			guest.nextLease();
			assertThat(openFiles()).isLessThan(before + 20);
		}
	}

	private static long openFiles() throws IOException {
		Path own = Path.of("/proc/self/fd");
		if (!Files.isDirectory(own)) {
			return 0;
		}
		try (Stream<Path> all = Files.list(own)) {
			return all.count();
		}
	}

	@Test
	void aDirectoryThatIsMissingIsToldWhenTheModuleIsLoaded() {
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> WasmSandbox.builder()
				.source(Fixtures.bytes("wasi_command"))
				.wasi(WasiSettings.builder().directory(WasiDirectory.host("/d", this.outside.resolve("nope"))).build())
				.build())
			.withMessageContaining("nope")
			.withMessageContaining("wasi.directories");
	}

}
