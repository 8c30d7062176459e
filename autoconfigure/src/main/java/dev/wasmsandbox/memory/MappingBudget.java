package dev.wasmsandbox.memory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

import dev.wasmsandbox.error.SandboxLimitException;

/**
 * Counts this library's memory mappings against the system's limit. At the limit the JVM
 * itself dies, because its heap and threads need mappings too, so a part of them is left
 * to it.
 *
 * <p>
 * Static, because the limit belongs to the process. Thread-safe.
 */
final class MappingBudget {

	private static final Path LIMIT_FILE = Path.of("/proc/sys/vm/max_map_count");

	private static final long DEFAULT_LIMIT = 65_530;

	private static final long CEILING = ceiling(systemLimit());

	private static final AtomicLong IN_USE = new AtomicLong();

	private MappingBudget() {
	}

	static long ceiling(long limit) {
		return Math.max(0, limit - Math.max(4_096, limit / 20));
	}

	private static long systemLimit() {
		// In one read: the kernel answers a second one on this file with its end.
		try (InputStream in = Files.newInputStream(LIMIT_FILE)) {
			return Long.parseLong(new String(in.readNBytes(64), StandardCharsets.US_ASCII).strip());
		}
		catch (IOException | NumberFormatException _) {
			return DEFAULT_LIMIT;
		}
	}

	/** Takes mappings, or says that there are none left. */
	static boolean tryTake(long mappings) {
		if (IN_USE.addAndGet(mappings) <= CEILING) {
			return true;
		}
		IN_USE.addAndGet(-mappings);
		return false;
	}

	/**
	 * Takes mappings.
	 * @throws SandboxLimitException if too few are left
	 */
	static void take(long mappings) {
		if (!tryTake(mappings)) {
			throw new SandboxLimitException(null, null, "vm.max_map_count", CEILING, IN_USE.get() + mappings,
					"the process may have " + CEILING + " memory mappings for sandboxes and all are in use; close "
							+ "sessions, lower pool.max-size, or raise vm.max_map_count",
					null);
		}
	}

	static void giveBack(long mappings) {
		IN_USE.addAndGet(-mappings);
	}

	/** The mappings in use. */
	static long inUse() {
		return IN_USE.get();
	}

}
