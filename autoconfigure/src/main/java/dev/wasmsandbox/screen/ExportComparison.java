package dev.wasmsandbox.screen;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.wasmsandbox.error.GuestText;
import org.jspecify.annotations.Nullable;

/**
 * Compares what two versions of a module export. Indices do not matter: an export is the
 * same if name, kind, and signature or type are.
 */
public final class ExportComparison {

	private ExportComparison() {
	}

	/**
	 * What callers of the older version would miss in the newer one.
	 * @return a text for each such export, with what is wanted and what was found; empty
	 * if the newer version can take the older one's place
	 */
	public static List<String> missing(ModuleReport older, ModuleReport newer) {
		Map<String, ModuleExport> found = new HashMap<>();
		newer.exports().forEach((export) -> found.put(export.name(), export));
		List<String> differences = new ArrayList<>();
		for (ModuleExport wanted : older.exports()) {
			ModuleExport export = found.get(wanted.name());
			String there = (export != null) ? describe(export) : null;
			if (!describe(wanted).equals(there)) {
				differences.add("'" + GuestText.name(wanted.name()) + "' must be " + describe(wanted)
						+ ((there != null) ? ", but is " + there : ", but is missing"));
			}
		}
		return differences;
	}

	private static String describe(ModuleExport export) {
		String kind = "a " + export.kind().name().toLowerCase(Locale.ROOT);
		return kind + text(export.signature()) + text(export.type());
	}

	private static String text(@Nullable Object part) {
		return (part != null) ? " " + part : "";
	}

}
