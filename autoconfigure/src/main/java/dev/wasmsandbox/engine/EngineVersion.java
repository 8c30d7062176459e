package dev.wasmsandbox.engine;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

import com.dylibso.chicory.runtime.Machine;

/**
 * The engine that runs the guests, as its jar says; found once. Immutable.
 *
 * @param name its name
 * @param version its version; {@code unknown} if it was packed anew without it
 */
public record EngineVersion(String name, String version) {

	private static final EngineVersion CURRENT = new EngineVersion("Chicory", read());

	/** The engine of this process. */
	public static EngineVersion current() {
		return CURRENT;
	}

	private static String read() {
		try (InputStream in = Machine.class
			.getResourceAsStream("/META-INF/maven/com.dylibso.chicory/runtime/pom.properties")) {
			Properties properties = new Properties();
			if (in != null) {
				properties.load(in);
			}
			return properties.getProperty("version", "unknown");
		}
		catch (IOException _) {
			return "unknown";
		}
	}

}
