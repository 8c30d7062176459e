package dev.wasmsandbox.sample.web;

import java.net.URI;
import java.util.Locale;

/**
 * Names the problem types. They identify, they lead nowhere.
 */
final class ProblemTypes {

	private ProblemTypes() {
	}

	/** {@code tag:} URIs made of the title, so that the two cannot drift apart. */
	static URI of(String title) {
		return URI.create("tag:wasmsandbox.dev,2026:" + title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-"));
	}

}
