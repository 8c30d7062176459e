package dev.wasmsandbox.wasi;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.util.UUID;

/**
 * A directory of the host granted to one lease. Everything in it is reached by names
 * relative to open directories, without following links, so that renaming or linking
 * under way leads nowhere else. What a lease may add to it is bounded.
 */
final class HostVolume implements Closeable {

	private final Path path;

	private final SecureDirectoryStream<Path> stream;

	private long freeBytes;

	private int freeFiles;

	private HostVolume(Path path, SecureDirectoryStream<Path> stream, WasiDirectory grant) {
		this.path = path;
		this.stream = stream;
		this.freeBytes = grant.maxBytes();
		this.freeFiles = grant.maxFiles();
	}

	/**
	 * Opens a directory. Closing it is the caller's.
	 * @throws IOException if it is none, cannot be read, or the system has no directory
	 * handles
	 */
	@SuppressWarnings("StreamResourceLeak") // the volume holds and closes it
	static HostVolume open(Path directory, WasiDirectory grant) throws IOException {
		Path path = directory.toRealPath();
		return new HostVolume(path, secure(Files.newDirectoryStream(path)), grant);
	}

	static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream) throws IOException {
		if (stream instanceof SecureDirectoryStream<Path> secure) {
			return secure;
		}
		stream.close();
		throw new IOException("this system has no directory handles, so that links could lead out of a directory");
	}

	/**
	 * Checks that a directory can be granted.
	 * @throws IOException as {@link #open} does
	 */
	static void check(Path directory) throws IOException {
		if (!Files.isDirectory(directory)) {
			throw new NotDirectoryException(directory.toString());
		}
		open(directory, WasiDirectory.memory("/")).close();
	}

	HostDirectory root() throws IOException {
		return new HostDirectory(this, this.path, HostDirectory.again(this.stream));
	}

	/**
	 * Makes a directory. There is no way to make one relative to an open directory, so it
	 * is made here, where no guest can change the way, and moved.
	 */
	void makeDirectory(SecureDirectoryStream<Path> target, String name) throws WasiFailure, IOException {
		countFile();
		Path made = Files.createDirectory(this.path.resolve(".wasi-" + UUID.randomUUID()));
		boolean moved = false;
		try {
			this.stream.move(made.getFileName(), target, Path.of(name));
			moved = true;
		}
		finally {
			if (!moved) {
				this.stream.deleteDirectory(made.getFileName());
			}
		}
	}

	void countFile() throws WasiFailure {
		if (this.freeFiles == 0) {
			throw new WasiFailure(Errno.NOSPC);
		}
		this.freeFiles--;
	}

	void countBytes(long more) throws WasiFailure {
		if (more > this.freeBytes) {
			throw new WasiFailure(Errno.NOSPC);
		}
		this.freeBytes -= Math.max(0, more);
	}

	@Override
	public void close() throws IOException {
		this.stream.close();
	}

}
