package dev.wasmsandbox.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** When a watched file is said to have changed. */
class WatchedFileTests {

	@TempDir
	private Path folder;

	private Path path = Path.of("set before each test");

	private WatchedFile file = new WatchedFile("a", this.path);

	@BeforeEach
	void make() throws IOException {
		this.path = Files.write(this.folder.resolve("a.wasm"), new byte[10]);
		this.file = new WatchedFile("a", this.path);
	}

	private void settle() {
		boolean ignored = this.file.look();
		assertThat(this.file.look()).isTrue();
		this.file.handled();
		assertThat(this.file.look()).isFalse();
	}

	@Test
	void itIsReportedOnceItLooksTheSameTwiceUntilItIsHandled() {
		assertThat(this.file.look()).isFalse();
		assertThat(this.file.look()).isTrue();
		assertThat(this.file.look()).isTrue();
		this.file.handled();
		assertThat(this.file.look()).isFalse();
	}

	@Test
	void itIsNotReportedWhileItIsWritten() throws IOException {
		settle();
		for (int i = 0; i < 5; i++) {
			Files.write(this.path, new byte[1], StandardOpenOption.APPEND);
			assertThat(this.file.look()).isFalse();
		}
		assertThat(this.file.look()).isTrue();
	}

	@Test
	void anotherFileUnderItsNameIsReportedEvenIfItIsOlder() throws IOException {
		settle();
		Path other = Files.write(this.folder.resolve("b.wasm"), new byte[10]);
		Files.setLastModifiedTime(other, FileTime.fromMillis(1));
		Files.move(other, this.path, StandardCopyOption.ATOMIC_MOVE);
		settle();
	}

	@Test
	void itMayGoAwayAndComeBack() throws IOException {
		settle();
		assertThat(this.file.wentAway()).isFalse();
		Files.delete(this.path);
		assertThat(this.file.look()).isFalse();
		assertThat(this.file.wentAway()).isTrue();
		assertThat(this.file.look()).isFalse();
		assertThat(this.file.wentAway()).isFalse();
		Files.createDirectory(this.path);
		assertThat(this.file.look()).isFalse();
		assertThat(this.file.look()).isFalse();
		Files.delete(this.path);
		Files.write(this.path, new byte[11]);
		settle();
		assertThat(this.file.wentAway()).isFalse();
	}

}
