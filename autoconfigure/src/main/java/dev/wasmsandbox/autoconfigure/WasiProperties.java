package dev.wasmsandbox.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.wasmsandbox.wasi.WasiRandom;
import dev.wasmsandbox.wasi.WasiStream;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What WASI preview 1 grants a module. Immutable. Nothing is granted that is not said.
 *
 * @param enabled Whether the module may import WASI. By itself it grants nothing.
 * @param arguments Arguments of the program, its name first.
 * @param environment All variables the program sees. Names with other signs than letters,
 * digits, dots, dashes and underscores go in brackets.
 * @param clocks Whether it may read clocks and sleep.
 * @param random Where its random numbers come from: 'none', 'secure' or 'seed'.
 * @param seed The seed, for the random numbers 'seed'.
 * @param stdin What it reads from standard input, as a Spring resource location. Nothing
 * if not set.
 * @param stdout Where its standard output goes: 'discard', 'log' or 'capture'.
 * @param stderr Where its error output goes: 'discard', 'log' or 'capture'.
 * @param directories Directories it finds.
 * @param limits Bounds of what it may use.
 */
public record WasiProperties(@DefaultValue("false") boolean enabled, @DefaultValue List<String> arguments,
		@DefaultValue Map<String, String> environment, @DefaultValue Clocks clocks,
		@DefaultValue("none") WasiRandom random, @Nullable Long seed, @Nullable String stdin,
		@DefaultValue("discard") WasiStream stdout, @DefaultValue("discard") WasiStream stderr,
		@DefaultValue List<Directory> directories, @DefaultValue Limits limits) {

	private static final WasiProperties NOTHING = new WasiProperties(false, List.of(), Map.of(),
			new Clocks(false, null), WasiRandom.NONE, null, null, WasiStream.DISCARD, WasiStream.DISCARD, List.of(),
			new Limits(null, null));

	/** Whether it says nothing at all. */
	boolean isDefault() {
		return NOTHING.equals(this);
	}

	/**
	 * Clocks.
	 *
	 * @param enabled Whether the program may read clocks and sleep.
	 * @param resolution What times are rounded down to. 1 ms if not set.
	 */
	public record Clocks(@DefaultValue("false") boolean enabled, @Nullable Duration resolution) {
	}

	/**
	 * A directory.
	 *
	 * @param guestPath Name by which the program finds it. Required.
	 * @param hostPath Directory of the host. One in memory, empty at each call or
	 * session, if not set.
	 * @param access Whether the program may change it: 'read-only' or 'read-write'.
	 * @param size Most bytes of all its files; of a directory of the host, most bytes
	 * that one call or session may add.
	 * @param files Most files in it; of a directory of the host, most files that one call
	 * or session may add.
	 */
	public record Directory(@Nullable String guestPath, @Nullable String hostPath, @Nullable Access access,
			@Nullable DataSize size, @Nullable Integer files) {
	}

	/** What a program may do with a directory. */
	public enum Access {

		/** Read. */
		READ_ONLY,
		/** Read and change. */
		READ_WRITE

	}

	/**
	 * Bounds.
	 *
	 * @param output Most bytes that one call or session may write to both output streams.
	 * @param descriptors Most descriptors that are open at the same time.
	 */
	public record Limits(@Nullable DataSize output, @Nullable Integer descriptors) {
	}

}
