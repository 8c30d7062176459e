package dev.wasmsandbox.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

import dev.wasmsandbox.module.ModuleSource;
import org.jspecify.annotations.Nullable;

import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;

/**
 * A configured location as the source of a module.
 */
final class ModuleLocation {

	private ModuleLocation() {
	}

	/**
	 * Describes the source as it was configured, which says no more about the machine
	 * than the configuration does; user information and query of a URL are left out, as
	 * they may hold secrets.
	 * @param location where it is
	 * @param written the same as it is written, with its placeholders
	 */
	static ModuleSource source(String location, String written, ResourceLoader loader) {
		Resource resource = loader.getResource(location);
		return ModuleSource.of(withoutSecrets(written), () -> open(resource));
	}

	/**
	 * The file at a location that can be watched.
	 * @return the file; {@code null} if it is none, but a part of an archive for example
	 */
	static @Nullable Path file(String location, ResourceLoader loader) {
		Resource resource = loader.getResource(location);
		try {
			return resource.isFile() ? resource.getFile().toPath() : null;
		}
		catch (IOException _) {
			return null;
		}
	}

	/** Whether there is nothing at a location, which loading it says best. */
	static boolean missing(String location, ResourceLoader loader) {
		return !loader.getResource(location).exists();
	}

	/** A folder could be opened as well, and would read as the list of its files. */
	static InputStream open(Resource resource) throws IOException {
		if (resource.isFile() && resource.getFile().isDirectory()) {
			throw new IOException("it is a folder");
		}
		return resource.getInputStream();
	}

	static String withoutSecrets(String location) {
		int authority = location.indexOf("://");
		if (authority < 0) {
			return location;
		}
		int begin = authority + 3;
		int query = location.indexOf('?', begin);
		String plain = (query < 0) ? location : location.substring(0, query) + "?...";
		int path = plain.indexOf('/', begin);
		int user = plain.lastIndexOf('@', (path < 0) ? plain.length() : path);
		return (user < begin) ? plain : plain.substring(0, begin) + "..." + plain.substring(user);
	}

}
