package dev.wasmsandbox;

import java.util.List;
import java.util.Objects;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.wasi.WasiLaunch;
import org.jspecify.annotations.Nullable;

/**
 * How a session begins: its label, and what a program of WASI finds in it. Immutable;
 * what is not said is as the module's settings say.
 *
 * <p>
 * Everything but the label is for modules that WASI is enabled for; others refuse it. It
 * lasts as long as the session, and grants no more than the settings do.
 */
public final class SessionOptions {

	private static final SessionOptions DEFAULTS = new SessionOptions(null, null);

	private final @Nullable String instanceId;

	private final @Nullable WasiLaunch launch;

	private SessionOptions(@Nullable String instanceId, @Nullable WasiLaunch launch) {
		this.instanceId = instanceId;
		this.launch = launch;
	}

	/** All as the module's settings say, with a label that is made up. */
	public static SessionOptions defaults() {
		return DEFAULTS;
	}

	/** The same with a label for logs and messages. */
	public SessionOptions instanceId(String label) {
		return new SessionOptions(Objects.requireNonNull(label, "label"), this.launch);
	}

	/**
	 * The same with all arguments of the program, instead of those of the settings.
	 * @param all the program's name first
	 * @throws GuestAbiException if one contains a NUL or half of a surrogate pair
	 */
	public SessionOptions arguments(String... all) {
		return with(begin().arguments(List.of(all)));
	}

	/**
	 * The same with one more variable, beside those of the settings, or instead of the
	 * one of that name.
	 * @throws GuestAbiException if the name is empty or has an equals sign, or name or
	 * value contain a NUL or half of a surrogate pair
	 */
	public SessionOptions environment(String name, String value) {
		return with(begin().environment(name, value));
	}

	/** The same with another standard input; the bytes are copied. */
	public SessionOptions stdin(byte[] bytes) {
		return with(begin().stdin(bytes));
	}

	/**
	 * The same with both output streams captured, for {@link SandboxSession#stdout()} and
	 * {@link SandboxSession#stderr()}, wherever the settings send them.
	 */
	public SessionOptions captureOutput() {
		return with(begin().captureOutput());
	}

	private WasiLaunch begin() {
		WasiLaunch begun = this.launch;
		return (begun != null) ? begun : WasiLaunch.nothing();
	}

	private SessionOptions with(WasiLaunch other) {
		return new SessionOptions(this.instanceId, other);
	}

	@Nullable String instanceId() {
		return this.instanceId;
	}

	@Nullable WasiLaunch launch() {
		return this.launch;
	}

}
