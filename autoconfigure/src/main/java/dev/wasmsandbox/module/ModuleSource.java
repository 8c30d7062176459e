package dev.wasmsandbox.module;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where the bytes of a module come from.
 */
public interface ModuleSource {

	/**
	 * Reads the module.
	 * @param limit the most bytes that are wanted; a longer source may be cut off after
	 * {@code limit + 1} bytes, so that the reader can tell
	 * @throws IOException if it cannot be read; to who loads the module, that is a
	 * {@code ModuleRejectedException}, and so is any other exception
	 */
	byte[] read(long limit) throws IOException;

	/** Names the source in messages, for example {@code class path resource [a.wasm]}. */
	String description();

	/** A file. */
	static ModuleSource of(Path file) {
		Objects.requireNonNull(file, "file");
		return of("file [" + file + "]", () -> open(file));
	}

	/** The system's own messages say no more than the path. */
	private static InputStream open(Path file) throws IOException {
		if (Files.isDirectory(file)) {
			throw new IOException("it is a folder");
		}
		try {
			return Files.newInputStream(file);
		}
		catch (NoSuchFileException ex) {
			throw withCause(
					new NoSuchFileException(file.toString(), null,
							"there is no such file" + (file.isAbsolute() ? ""
									: " in the directory the process was started in, " + Path.of("").toAbsolutePath())),
					ex);
		}
		catch (AccessDeniedException ex) {
			throw withCause(new AccessDeniedException(file.toString(), null, "the process may not read it"), ex);
		}
	}

	private static IOException withCause(IOException failure, IOException cause) {
		failure.initCause(cause);
		return failure;
	}

	/** Bytes in memory. The array is copied. */
	static ModuleSource of(byte[] bytes) {
		byte[] copy = Objects.requireNonNull(bytes, "bytes").clone();
		return of("byte array (" + copy.length + " bytes)", () -> new java.io.ByteArrayInputStream(copy));
	}

	/** Anything that can be opened as a stream. */
	static ModuleSource of(String description, StreamOpener opener) {
		Objects.requireNonNull(description, "description");
		Objects.requireNonNull(opener, "opener");
		return new ModuleSource() {
			@Override
			public byte[] read(long limit) throws IOException {
				try (InputStream in = opener.open()) {
					if (in == null) {
						throw new IOException("its opener gave no stream");
					}
					return in.readNBytes((int) Math.min(limit + 1, Integer.MAX_VALUE - 8));
				}
			}

			@Override
			public String description() {
				return description;
			}
		};
	}

	/** Opens a stream on a module. */
	@FunctionalInterface
	interface StreamOpener {

		InputStream open() throws IOException;

	}

}
