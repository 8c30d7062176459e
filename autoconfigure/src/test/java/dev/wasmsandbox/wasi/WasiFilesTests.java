package dev.wasmsandbox.wasi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.wasmsandbox.wasi.RawGuest.OUT;
import static dev.wasmsandbox.wasi.RawGuest.READ;
import static dev.wasmsandbox.wasi.RawGuest.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

/** Every function on files, on directories in memory and on those of the host. */
class WasiFilesTests {

	private static final int CREATE = 1;

	private static final int DIRECTORY = 2;

	private static final int TRUNCATE = 8;

	private static final int ROOT = 3;

	@TempDir
	private Path folder;

	private RawGuest guest(boolean host, long bytes, int files) {
		WasiDirectory directory = host ? WasiDirectory.host("/d", this.folder) : WasiDirectory.memory("/d");
		return RawGuest
			.with(WasiSettings.builder().clocks(true).directory(directory.readOnly(false).bounds(bytes, files)));
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void filesAreWrittenReadAndMovedAbout(boolean host) {
		try (RawGuest guest = guest(host, 1 << 20, 100)) {
			int file = guest.opened(ROOT, "a", CREATE, READ | WRITE);
			assertThat(guest.write(file, "hello world")).isEqualTo(Errno.SUCCESS);
			assertThat(guest.call("fd_tell", file, OUT)).isEqualTo(Errno.SUCCESS);
			assertThat(guest.memory().readLong(OUT)).isEqualTo(11);
			assertThat(guest.call("fd_seek", file, -5L, 2, OUT)).isEqualTo(Errno.SUCCESS);
			assertThat(guest.read(file, 100)).isEqualTo("world");
			assertThat(guest.call("fd_seek", file, -1L, 0, OUT)).isEqualTo(Errno.INVAL);
			guest.memory().writeString(200, "HELLO");
			guest.vector(200, 5);
			assertThat(guest.call("fd_pwrite", file, 0, 1, 0L, OUT)).isEqualTo(Errno.SUCCESS);
			guest.vector(300, 7);
			assertThat(guest.call("fd_pread", file, 0, 1, 4L, OUT)).isEqualTo(Errno.SUCCESS);
			assertThat(guest.memory().readString(300, 7)).isEqualTo("O world");
			assertThat(guest.call("fd_filestat_set_size", file, 5L)).isEqualTo(Errno.SUCCESS);
			assertThat(guest.content(ROOT, "a")).isEqualTo("HELLO");
			assertThat(guest.call("fd_allocate", file, 0L, 8L)).isEqualTo(Errno.SUCCESS);
			assertThat(guest.content(ROOT, "a")).isEqualTo("HELLO\0\0\0");
			assertThat(guest.call("fd_fdstat_set_flags", file, Descriptor.APPEND)).isEqualTo(Errno.SUCCESS);
			assertThat(guest.write(file, "!")).isEqualTo(Errno.SUCCESS);
			assertThat(guest.content(ROOT, "a")).isEqualTo("HELLO\0\0\0!");
			for (String sync : new String[] { "fd_sync", "fd_datasync" }) {
				assertThat(guest.call(sync, file)).isEqualTo(Errno.SUCCESS);
			}
			assertThat(guest.call("fd_advise", file, 0L, 1L, 0)).isEqualTo(Errno.SUCCESS);
			assertThat(guest.path("path_rename", ROOT, "a", ROOT, "b")).isEqualTo(Errno.SUCCESS);
			assertThat(guest.list(ROOT)).containsExactlyInAnyOrder(".", "..", "b");
			guest.opened(ROOT, "b", TRUNCATE, READ);
			assertThat(guest.content(ROOT, "b")).isEmpty();
			assertThat(guest.path("path_unlink_file", ROOT, "b")).isEqualTo(Errno.SUCCESS);
			assertThat(guest.open(ROOT, "b", 0, READ)).isEqualTo(Errno.NOENT);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void directoriesAreMadeListedAndRemoved(boolean host) {
		try (RawGuest guest = guest(host, 1 << 20, 100)) {
			assertThat(guest.path("path_create_directory", ROOT, "x")).isEqualTo(Errno.SUCCESS);
			assertThat(guest.path("path_create_directory", ROOT, "x/y/")).isEqualTo(Errno.SUCCESS);
			assertThat(guest.path("path_create_directory", ROOT, "x")).isEqualTo(Errno.EXIST);
			int x = guest.opened(ROOT, "x", DIRECTORY, 0);
			guest.opened(x, "y/file", CREATE, WRITE);
			assertThat(guest.list(x)).containsExactlyInAnyOrder(".", "..", "y");
			assertThat(guest.path("path_remove_directory", ROOT, "x/y")).isEqualTo(Errno.NOTEMPTY);
			assertThat(guest.path("path_unlink_file", ROOT, "x/y")).isEqualTo(Errno.ISDIR);
			assertThat(guest.path("path_rename", ROOT, "x", ROOT, "x/y/z")).isEqualTo(Errno.INVAL);
			assertThat(guest.path("path_rename", x, "y", ROOT, "moved")).isEqualTo(Errno.SUCCESS);
			assertThat(guest.list(ROOT)).containsExactlyInAnyOrder(".", "..", "moved", "x");
			assertThat(guest.path("path_unlink_file", ROOT, "moved/file")).isEqualTo(Errno.SUCCESS);
			assertThat(guest.path("path_remove_directory", ROOT, "moved")).isEqualTo(Errno.SUCCESS);
			assertThat(guest.path("path_remove_directory", ROOT, ".")).isEqualTo(Errno.INVAL);
			assertThat(guest.list(ROOT)).containsExactlyInAnyOrder(".", "..", "x");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void filesTellTheirStateAndTakeTimes(boolean host) {
		try (RawGuest guest = guest(host, 1 << 20, 100)) {
			int file = guest.opened(ROOT, "a", CREATE, READ | WRITE);
			guest.write(file, "123");
			assertThat(guest.call("fd_filestat_get", file, 512)).isEqualTo(Errno.SUCCESS);
			assertThat(guest.memory().readLong(512 + 32)).isEqualTo(3);
			assertThat(guest.memory().readByte(512 + 16)).isEqualTo((byte) 4);
			assertThat(guest.call("fd_filestat_set_times", file, 1_000_000_000L, 2_000_000_000L, 5))
				.isEqualTo(Errno.SUCCESS);
			assertThat(guest.path("path_filestat_get", ROOT, 0, "a", 512)).isEqualTo(Errno.SUCCESS);
			assertThat(guest.memory().readLong(512 + 40)).isEqualTo(1_000_000_000L);
			assertThat(guest.memory().readLong(512 + 48)).isEqualTo(2_000_000_000L);
			assertThat(guest.path("path_filestat_set_times", ROOT, 0, "a", 0L, 3_000_000_000L, 4))
				.isEqualTo(Errno.SUCCESS);
			guest.call("fd_filestat_get", file, 512);
			assertThat(guest.memory().readLong(512 + 48)).isEqualTo(3_000_000_000L);
			assertThat(guest.path("path_filestat_set_times", ROOT, 0, "a", 0L, 0L, 12)).isEqualTo(Errno.INVAL);
			assertThat(guest.call("fd_filestat_set_times", ROOT, 0L, 4_000_000_000L, 4)).isEqualTo(Errno.SUCCESS);
			assertThat(guest.call("fd_fdstat_get", file, 512)).isEqualTo(Errno.SUCCESS);
			assertThat(guest.memory().readLong(512 + 8) & (READ | WRITE)).isEqualTo(READ | WRITE);
			assertThat(guest.call("fd_fdstat_set_rights", file, READ, 0L)).isEqualTo(Errno.SUCCESS);
			assertThat(guest.write(file, "4")).isEqualTo(Errno.NOTCAPABLE);
			assertThat(guest.call("fd_fdstat_set_rights", file, READ | WRITE, 0L)).isEqualTo(Errno.NOTCAPABLE);
			assertThat(guest.call("fd_renumber", file, 0)).isEqualTo(Errno.SUCCESS);
			assertThat(guest.call("fd_close", file)).isEqualTo(Errno.BADF);
			assertThat(guest.call("fd_close", 0)).isEqualTo(Errno.SUCCESS);
		}
	}

	@Test
	void linksAreMadeInMemoryOnly() {
		try (RawGuest guest = guest(false, 1 << 20, 100)) {
			guest.write(guest.opened(ROOT, "a", CREATE, WRITE), "text");
			assertThat(guest.path("path_symlink", "a", ROOT, "s")).isEqualTo(Errno.SUCCESS);
			assertThat(guest.content(ROOT, "s")).isEqualTo("text");
			assertThat(guest.path("path_readlink", ROOT, "s", 512, 10, OUT)).isEqualTo(Errno.SUCCESS);
			assertThat(guest.memory().readString(512, guest.memory().readInt(OUT))).isEqualTo("a");
			assertThat(guest.path("path_link", ROOT, 0, "a", ROOT, "h")).isEqualTo(Errno.SUCCESS);
			assertThat(guest.path("path_unlink_file", ROOT, "a")).isEqualTo(Errno.SUCCESS);
			assertThat(guest.content(ROOT, "h")).isEqualTo("text");
			assertThat(guest.open(ROOT, "s", 0, READ)).isEqualTo(Errno.NOENT);
		}
		try (RawGuest guest = guest(true, 1 << 20, 100)) {
			guest.opened(ROOT, "a", CREATE, WRITE);
			assertThat(guest.path("path_symlink", "a", ROOT, "s")).isEqualTo(Errno.NOTSUP);
			assertThat(guest.path("path_link", ROOT, 0, "a", ROOT, "h")).isEqualTo(Errno.NOTSUP);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void bytesFilesAndDescriptorsAreBounded(boolean host) {
		try (RawGuest guest = guest(host, 100, 3)) {
			int file = guest.opened(ROOT, "a", CREATE, READ | WRITE);
			assertThat(guest.write(file, "x".repeat(90))).isEqualTo(Errno.SUCCESS);
			assertThat(guest.write(file, "x".repeat(11))).isEqualTo(Errno.NOSPC);
			assertThat(guest.call("fd_filestat_set_size", file, Long.MAX_VALUE)).isEqualTo(Errno.NOSPC);
			assertThat(guest.call("fd_allocate", file, Long.MAX_VALUE, 1L)).isEqualTo(Errno.FBIG);
			assertThat(guest.call("fd_seek", file, Long.MAX_VALUE - 5, 0, OUT)).isEqualTo(Errno.SUCCESS);
			assertThat(guest.write(file, "xxxxxxxxxx")).isEqualTo(Errno.FBIG);
			guest.opened(ROOT, "b", CREATE, WRITE);
			assertThat(guest.path("path_create_directory", ROOT, "c")).isEqualTo(Errno.SUCCESS);
			assertThat(guest.open(ROOT, "d", CREATE, WRITE)).isEqualTo(Errno.NOSPC);
			assertThat(guest.path("path_create_directory", ROOT, "d")).isEqualTo(Errno.NOSPC);
			Errno last = Errno.SUCCESS;
			int opened = 0;
			while (last == Errno.SUCCESS && opened < 100) {
				last = guest.open(ROOT, "b", 0, READ);
				opened++;
			}
			assertThat(last).isEqualTo(Errno.MFILE);
			guest.nextLease();
			guest.opened(ROOT, "d", CREATE, WRITE);
		}
	}

	@Test
	void badVectorsAndAddressesAreErrors() {
		try (RawGuest guest = guest(false, 1 << 20, 100)) {
			int file = guest.opened(ROOT, "a", CREATE, READ | WRITE);
			guest.vector(0, -1);
			assertThat(guest.call("fd_read", file, 0, 1, OUT)).isEqualTo(Errno.FAULT);
			assertThat(guest.call("fd_read", file, 0, -1, OUT)).isEqualTo(Errno.INVAL);
			assertThat(guest.call("fd_read", file, 0, 1_025, OUT)).isEqualTo(Errno.INVAL);
			assertThat(guest.call("fd_read", file, -8, 1, OUT)).isEqualTo(Errno.FAULT);
			guest.vector(0, 8);
			assertThat(guest.call("fd_read", file, 0, 1, -2)).isEqualTo(Errno.FAULT);
			assertThat(guest.call("path_open", ROOT, 0, 0, -1, 0, 0L, 0L, 0, OUT)).isEqualTo(Errno.FAULT);
			assertThat(guest.call("path_open", ROOT, 0, 0, 5_000, 0, 0L, 0L, 0, OUT)).isEqualTo(Errno.NAMETOOLONG);
			assertThat(guest.open(ROOT, "n".repeat(256), CREATE, WRITE)).isEqualTo(Errno.NAMETOOLONG);
			guest.memory().writeByte(600, (byte) 0xff);
			assertThat(guest.call("path_open", ROOT, 0, 600, 1, 0, 0L, 0L, 0, OUT)).isEqualTo(Errno.ILSEQ);
			assertThat(guest.call("fd_readdir", ROOT, 0, -1, 0L, OUT)).isEqualTo(Errno.FAULT);
			assertThat(guest.call("fd_readdir", ROOT, 0, 100, -1L, OUT)).isEqualTo(Errno.SUCCESS);
			assertThat(guest.memory().readInt(OUT)).isZero();
			assertThat(guest.call("poll_oneoff", 0, 0, 1_025, OUT)).isEqualTo(Errno.INVAL);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void readOnlyDirectoriesAreNotChanged(boolean host) throws IOException {
		Files.writeString(this.folder.resolve("file"), "kept");
		WasiDirectory directory = host ? WasiDirectory.host("/d", this.folder)
				: WasiDirectory.memory("/d").file("file", "kept".getBytes(StandardCharsets.UTF_8)).readOnly(true);
		try (RawGuest guest = RawGuest.with(WasiSettings.builder().directory(directory))) {
			assertThat(guest.content(ROOT, "file")).isEqualTo("kept");
			assertThat(guest.open(ROOT, "file", 0, WRITE)).isEqualTo(Errno.ROFS);
			assertThat(guest.open(ROOT, "file", TRUNCATE, READ)).isEqualTo(Errno.ROFS);
			assertThat(guest.open(ROOT, "new", CREATE, READ)).isEqualTo(Errno.ROFS);
			assertThat(guest.path("path_create_directory", ROOT, "d")).isEqualTo(Errno.ROFS);
			assertThat(guest.path("path_remove_directory", ROOT, "file")).isEqualTo(Errno.ROFS);
			assertThat(guest.path("path_unlink_file", ROOT, "file")).isEqualTo(Errno.ROFS);
			assertThat(guest.path("path_rename", ROOT, "file", ROOT, "b")).isEqualTo(Errno.ROFS);
			assertThat(guest.path("path_symlink", "file", ROOT, "b")).isEqualTo(Errno.ROFS);
			assertThat(guest.path("path_link", ROOT, 0, "file", ROOT, "b")).isEqualTo(Errno.ROFS);
			assertThat(guest.path("path_filestat_set_times", ROOT, 0, "file", 0L, 0L, 5)).isEqualTo(Errno.ROFS);
			int file = guest.opened(ROOT, "file", 0, READ);
			assertThat(guest.call("fd_filestat_set_size", file, 0L)).isEqualTo(Errno.NOTCAPABLE);
			assertThat(guest.call("fd_filestat_set_times", file, 0L, 0L, 5)).isEqualTo(Errno.NOTCAPABLE);
			assertThat(guest.write(file, "x")).isEqualTo(Errno.NOTCAPABLE);
		}
		assertThat(this.folder.resolve("file")).hasContent("kept");
		assertThat(this.folder).isDirectoryNotContaining((path) -> !path.endsWith("file"));
	}

}
