package dev.wasmsandbox.wasi;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a guest's program finds when it begins: arguments, variables and input. It may be
 * changed until the guest has seen it, so that no guest sees two answers in one lease.
 */
final class WasiStart {

	private final String moduleName;

	private final Descriptor.Input stdin;

	private List<String> arguments;

	private Map<String, String> environment;

	private boolean argumentsSeen;

	private boolean environmentSeen;

	WasiStart(String moduleName, WasiSettings settings, Descriptor.Input stdin) {
		this.moduleName = moduleName;
		this.arguments = settings.arguments();
		this.environment = settings.environment();
		this.stdin = stdin;
	}

	/** The arguments, for the guest. */
	List<String> arguments() {
		this.argumentsSeen = true;
		return this.arguments;
	}

	/** The arguments that the guest will find, for the host. */
	List<String> expected() {
		return this.arguments;
	}

	/** The variables, for the guest. */
	List<String> variables() {
		this.environmentSeen = true;
		return this.environment.entrySet().stream().map((each) -> each.getKey() + "=" + each.getValue()).toList();
	}

	/**
	 * Changes what is found.
	 * @throws IllegalStateException if the guest has seen it; nothing is changed then
	 */
	void change(WasiLaunch launch) {
		List<String> others = launch.arguments();
		byte[] input = launch.sharedStdin();
		requireUnseen(others != null && this.argumentsSeen, "arguments");
		requireUnseen(!launch.environment().isEmpty() && this.environmentSeen, "environment");
		requireUnseen(input != null && this.stdin.seen(), "stdin");
		if (others != null) {
			this.arguments = others;
		}
		if (!launch.environment().isEmpty()) {
			Map<String, String> all = new LinkedHashMap<>(this.environment);
			all.putAll(launch.environment());
			this.environment = all;
		}
		if (input != null) {
			this.stdin.bytes(input);
		}
	}

	private void requireUnseen(boolean seen, String what) {
		if (seen) {
			throw new IllegalStateException("The module '" + this.moduleName + "' has read its " + what
					+ " before the session could give it others: its start function, _initialize or a call before did; "
					+ "set wasm.modules." + this.moduleName + ".wasi." + what + " instead");
		}
	}

}
