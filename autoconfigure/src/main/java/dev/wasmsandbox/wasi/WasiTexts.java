package dev.wasmsandbox.wasi;

import dev.wasmsandbox.error.GuestText;
import dev.wasmsandbox.screen.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * What texts may be that WASI passes to programs: UTF-8 with a NUL behind it. What is
 * checked here comes to programs as it is.
 */
final class WasiTexts {

	private WasiTexts() {
	}

	/** What is wrong with an argument; {@code null} if nothing is. */
	static @Nullable String problem(String text) {
		if (text.indexOf(0) >= 0) {
			return "Arguments and variables must not contain NUL: '" + GuestText.name(text) + "'";
		}
		if (!Utf8.isWhole(text)) {
			return "Arguments and variables must not contain half of a surrogate pair, which UTF-8 cannot say: '"
					+ GuestText.name(text) + "'";
		}
		return null;
	}

	/** What is wrong with a variable; {@code null} if nothing is. */
	static @Nullable String problem(String name, String value) {
		String problem = problem(name);
		if (problem == null && (name.isEmpty() || name.contains("="))) {
			problem = "The name of a variable must not be empty or contain '=', but is '" + GuestText.name(name) + "'";
		}
		return (problem != null) ? problem : problem(value);
	}

}
