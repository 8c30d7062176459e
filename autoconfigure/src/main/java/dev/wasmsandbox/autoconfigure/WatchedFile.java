package dev.wasmsandbox.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

import org.jspecify.annotations.Nullable;

/**
 * The file of a module that is watched: says when it looks other than before and the same
 * at two looks, so that nobody is writing it any more. Not thread-safe.
 */
final class WatchedFile {

	private final String module;

	private final Path path;

	private @Nullable Look seen;

	private @Nullable Look handled;

	private boolean gone;

	WatchedFile(String module, Path path) {
		this.module = module;
		this.path = path;
	}

	/** The name of the module whose file it is. */
	String module() {
		return this.module;
	}

	/**
	 * What a file looks like; another file under the same name looks other, even an older
	 * one.
	 *
	 * @param modified when it was written
	 * @param size its size in bytes
	 * @param key which file it is; {@code null} where the system does not say
	 */
	private record Look(FileTime modified, long size, @Nullable Object key) {
	}

	/**
	 * Looks at the file.
	 * @return whether there are contents that were not {@link #handled} yet, and that are
	 * not being written
	 */
	boolean look() {
		Look before = this.seen;
		Look now = now();
		this.seen = now;
		return now != null && now.equals(before) && !now.equals(this.handled);
	}

	/** Says that the contents seen last need not be reported again. */
	void handled() {
		this.handled = this.seen;
	}

	/** Whether the file has gone since this was asked last. */
	boolean wentAway() {
		boolean before = this.gone;
		this.gone = this.seen == null;
		return this.gone && !before;
	}

	private @Nullable Look now() {
		try {
			BasicFileAttributes attributes = Files.readAttributes(this.path, BasicFileAttributes.class);
			return attributes.isRegularFile()
					? new Look(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey()) : null;
		}
		catch (IOException _) {
			return null;
		}
	}

	/** The contents, as far as a module may be large, and one byte more. */
	byte[] read(long limit) throws IOException {
		try (var in = Files.newInputStream(this.path)) {
			return in.readNBytes((int) Math.min(limit + 1, Integer.MAX_VALUE - 8));
		}
	}

	@Override
	public String toString() {
		return this.path.toString();
	}

}
