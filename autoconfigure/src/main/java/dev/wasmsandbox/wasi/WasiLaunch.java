package dev.wasmsandbox.wasi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.wasmsandbox.error.GuestAbiException;
import org.jspecify.annotations.Nullable;

/**
 * What one lease is given instead of what the module's {@link WasiSettings} say.
 * Immutable. It changes what the guest reads and where its output goes, and grants
 * nothing else.
 */
public final class WasiLaunch {

	private static final WasiLaunch NOTHING = new WasiLaunch(null, Map.of(), null, false);

	private final @Nullable List<String> arguments;

	private final Map<String, String> environment;

	private final byte @Nullable [] stdin;

	private final boolean captured;

	private WasiLaunch(@Nullable List<String> arguments, Map<String, String> environment, byte @Nullable [] stdin,
			boolean captured) {
		this.arguments = arguments;
		this.environment = environment;
		this.stdin = stdin;
		this.captured = captured;
	}

	/** All as the settings say. */
	public static WasiLaunch nothing() {
		return NOTHING;
	}

	/**
	 * The same with all arguments, instead of those of the settings.
	 * @param all the program's name first
	 * @throws GuestAbiException if one contains a NUL or half of a surrogate pair
	 */
	public WasiLaunch arguments(List<String> all) {
		all.forEach((text) -> require(WasiTexts.problem(text)));
		return new WasiLaunch(List.copyOf(all), this.environment, this.stdin, this.captured);
	}

	/**
	 * The same with one more variable, beside those of the settings, or instead of the
	 * one of that name.
	 * @throws GuestAbiException if the name is empty or has an equals sign, or name or
	 * value contain a NUL or half of a surrogate pair
	 */
	public WasiLaunch environment(String name, String value) {
		require(WasiTexts.problem(name, value));
		Map<String, String> more = new LinkedHashMap<>(this.environment);
		more.put(name, value);
		return new WasiLaunch(this.arguments, Collections.unmodifiableMap(more), this.stdin, this.captured);
	}

	private static void require(@Nullable String problem) {
		if (problem != null) {
			throw new GuestAbiException(null, null, problem, null);
		}
	}

	/** The same with another standard input; the bytes are copied. */
	public WasiLaunch stdin(byte[] bytes) {
		return new WasiLaunch(this.arguments, this.environment, bytes.clone(), this.captured);
	}

	/** The same with both output streams captured. */
	public WasiLaunch captureOutput() {
		return new WasiLaunch(this.arguments, this.environment, this.stdin, true);
	}

	@Nullable List<String> arguments() {
		return this.arguments;
	}

	Map<String, String> environment() {
		return this.environment;
	}

	byte @Nullable [] sharedStdin() {
		return this.stdin;
	}

	boolean captured() {
		return this.captured;
	}

}
