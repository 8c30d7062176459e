package dev.wasmsandbox.sample.uploads;

import java.time.Instant;
import java.util.List;

import dev.wasmsandbox.ModuleInfo;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.MemoryType;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleImport;
import dev.wasmsandbox.screen.ModuleReport;
import org.jspecify.annotations.Nullable;

/**
 * An uploaded module as clients see it.
 *
 * @param id what it is called by
 * @param fileName what the uploader called it
 * @param size the size of the file in bytes
 * @param digest its SHA-256
 * @param exports what it exports
 * @param imports what it imports, in the text format's words
 * @param memory the memory it declares, if any
 * @param memoryLimit the most memory of one sandbox, in bytes
 * @param callTimeoutMillis the longest call
 * @param lastUse when it was last used
 */
record ModuleView(String id, String fileName, int size, String digest, List<ExportView> exports, List<String> imports,
		@Nullable MemoryType memory, long memoryLimit, long callTimeoutMillis, Instant lastUse) {

	static ModuleView of(UploadedModule module) {
		ModuleInfo info = module.sandbox().info();
		ModuleReport report = info.report();
		return new ModuleView(module.id(), module.fileName(), report.size(), info.digest(),
				report.exports().stream().map(ExportView::of).toList(),
				report.imports().stream().map(ModuleImport::toString).toList(), report.memory(),
				info.limits().memoryBytes(), info.limits().callTimeout().toMillis(), module.lastUse());
	}

	/**
	 * One export.
	 *
	 * @param name its name
	 * @param kind what it is, for example {@code function}
	 * @param signature what a function takes and returns, for people
	 * @param parameters the types of a function's parameters
	 * @param results the types of a function's results
	 */
	record ExportView(String name, String kind, @Nullable String signature, List<String> parameters,
			List<String> results) {

		static ExportView of(ModuleExport export) {
			String kind = export.kind().name().toLowerCase(java.util.Locale.ROOT);
			FunctionSignature signature = export.signature();
			if (signature == null) {
				return new ExportView(export.name(), kind, null, List.of(), List.of());
			}
			return new ExportView(export.name(), kind, signature.toString(),
					signature.parameters().stream().map(Object::toString).toList(),
					signature.results().stream().map(Object::toString).toList());
		}

	}

}
