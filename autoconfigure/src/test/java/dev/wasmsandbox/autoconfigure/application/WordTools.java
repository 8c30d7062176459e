package dev.wasmsandbox.autoconfigure.application;

import java.util.List;

import dev.wasmsandbox.WasmClient;
import dev.wasmsandbox.WasmExport;

/** Not public, as clients of applications are. */
@WasmClient("text")
interface WordTools {

	String slugify(String text);

	@WasmExport("word_count")
	int countWords(String text);

	default String joined(List<String> words) {
		return slugify(String.join(" ", words));
	}

}
