package dev.wasmsandbox.wasi;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import dev.wasmsandbox.error.GuestText;
import dev.wasmsandbox.screen.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * A directory granted to a guest: in memory, empty or with files, or one of the host.
 * Immutable. One in memory is new in every lease.
 *
 * @param guestPath the name by which the guest finds it, for example {@code /data}
 * @param hostPath the host's directory; {@code null} for one in memory
 * @param readOnly whether the guest may change nothing in it
 * @param maxBytes the most bytes its files may take; of a host directory, the most that
 * one lease may add
 * @param maxFiles the most files, directories and links it may hold; of a host directory,
 * the most that one lease may add
 * @param files what a directory in memory holds in the beginning, by path
 */
public record WasiDirectory(String guestPath, @Nullable Path hostPath, boolean readOnly, long maxBytes, int maxFiles,
		Map<String, byte[]> files) {

	/** The most bytes of a directory that says nothing else. */
	public static final long DEFAULT_BYTES = 16L << 20;

	/** The most files of a directory that says nothing else. */
	public static final int DEFAULT_FILES = 1_000;

	private static final long MOST_MEMORY_BYTES = 1L << 30;

	public WasiDirectory {
		if (guestPath.isEmpty() || guestPath.length() > 255 || guestPath.indexOf(0) >= 0) {
			throw new IllegalArgumentException("The guest's path of a directory has 1 to 255 characters, but is '"
					+ guestPath + "'; use for example /data");
		}
		requireText(guestPath);
		if (hostPath != null && hostPath.toString().isBlank()) {
			throw new IllegalArgumentException("The host's path of the directory " + guestPath
					+ " is empty, which would be the directory the process was started in; name one, or leave it out "
					+ "for a directory in memory");
		}
		if (maxBytes < 0 || (hostPath == null && maxBytes > MOST_MEMORY_BYTES)) {
			throw new IllegalArgumentException("The bytes of the directory " + guestPath + " must be between 0 and "
					+ MOST_MEMORY_BYTES + " in memory, but are " + maxBytes);
		}
		if (maxFiles < 0 || maxFiles > 100_000) {
			throw new IllegalArgumentException("The number of files of the directory " + guestPath
					+ " must be between 0 and 100,000, but is " + maxFiles);
		}
		if (hostPath != null && !files.isEmpty()) {
			throw new IllegalArgumentException(
					"The directory " + guestPath + " is one of the host and can be given no files");
		}
		checkFiles(guestPath, maxBytes, maxFiles, files);
		Map<String, byte[]> copies = new HashMap<>();
		files.forEach((path, content) -> copies.put(path, content.clone()));
		files = Map.copyOf(copies);
	}

	private static void requireText(String path) {
		if (!Utf8.isWhole(path)) {
			throw new IllegalArgumentException("A path must not contain half of a surrogate pair, which UTF-8 cannot "
					+ "say: '" + GuestText.name(path) + "'");
		}
	}

	private static void checkFiles(String guestPath, long maxBytes, int maxFiles, Map<String, byte[]> files) {
		Set<String> folders = new HashSet<>();
		long bytes = 0;
		for (Map.Entry<String, byte[]> file : files.entrySet()) {
			bytes += file.getValue().length;
			String path = file.getKey();
			requireText(path);
			for (String step : path.split("/", -1)) {
				if (step.isEmpty() || step.equals(".") || step.equals("..") || step.length() > 255
						|| step.indexOf(0) >= 0) {
					throw new IllegalArgumentException("A file of the directory " + guestPath
							+ " needs a path such as config/rules.json, but has '" + path + "'");
				}
			}
			for (int end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
				folders.add(path.substring(0, end));
			}
		}
		if (folders.stream().anyMatch(files::containsKey)) {
			throw new IllegalArgumentException("A path of the directory " + guestPath + " is both file and directory");
		}
		if (bytes > maxBytes || files.size() + folders.size() > maxFiles) {
			throw new IllegalArgumentException("The directory " + guestPath + " is given " + bytes + " bytes in "
					+ (files.size() + folders.size()) + " files and directories, but may hold " + maxBytes
					+ " bytes in " + maxFiles + "; raise its bounds first");
		}
	}

	/** An empty directory in memory, which the guest may change. */
	public static WasiDirectory memory(String guestPath) {
		return new WasiDirectory(guestPath, null, false, DEFAULT_BYTES, DEFAULT_FILES, Map.of());
	}

	/** A directory of the host, which the guest may only read. */
	public static WasiDirectory host(String guestPath, Path hostPath) {
		return new WasiDirectory(guestPath, hostPath, true, DEFAULT_BYTES, DEFAULT_FILES, Map.of());
	}

	/** The same, read-only or not. */
	public WasiDirectory readOnly(boolean only) {
		return new WasiDirectory(this.guestPath, this.hostPath, only, this.maxBytes, this.maxFiles, this.files);
	}

	/** The same with other bounds. */
	public WasiDirectory bounds(long bytes, int fileCount) {
		return new WasiDirectory(this.guestPath, this.hostPath, this.readOnly, bytes, fileCount, this.files);
	}

	/**
	 * The same with one more file, in directories that are made for it.
	 * @param path for example {@code config/rules.json}
	 */
	public WasiDirectory file(String path, byte[] content) {
		Map<String, byte[]> more = new TreeMap<>(this.files);
		more.put(path, content);
		return new WasiDirectory(this.guestPath, this.hostPath, this.readOnly, this.maxBytes, this.maxFiles, more);
	}

}
