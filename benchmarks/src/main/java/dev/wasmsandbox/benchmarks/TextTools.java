package dev.wasmsandbox.benchmarks;

import dev.wasmsandbox.WasmExport;

/** What the fixture {@code text} does, as a client and by hand. */
public interface TextTools {

	/** How many words there are. */
	@WasmExport("word_count")
	int countWords(String text);

	/** The text in lower case, with dashes. */
	String slugify(String text);

}
