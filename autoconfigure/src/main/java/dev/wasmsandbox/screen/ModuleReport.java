package dev.wasmsandbox.screen;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import dev.wasmsandbox.limits.WasmFeature;
import org.jspecify.annotations.Nullable;

/**
 * What the screening found out about a module. Immutable.
 *
 * @param size the size of the binary in bytes
 * @param imports everything it imports, in order
 * @param exports everything it exports, in order
 * @param functions how many functions it defines, imports not counted
 * @param tables how many tables it has, imports counted
 * @param globals how many globals it defines
 * @param memory its linear memory, or {@code null} if it has none
 * @param startFunction the index of its start function, or -1
 * @param mutations what a run can change
 * @param sections its sections in their order; custom sections as one, at the end
 * @param features the extensions of WebAssembly it uses
 * @param codeBytes the length of its code section in bytes
 */
public record ModuleReport(int size, List<ModuleImport> imports, List<ModuleExport> exports, int functions, int tables,
		int globals, @Nullable MemoryType memory, int startFunction, Mutations mutations, List<SectionInfo> sections,
		Set<WasmFeature> features, int codeBytes) {

	public ModuleReport {
		imports = List.copyOf(imports);
		exports = List.copyOf(exports);
		sections = List.copyOf(sections);
		features = Collections.unmodifiableSet(new TreeSet<>(features));
	}

	/** Whether it has a start function. */
	public boolean hasStart() {
		return this.startFunction >= 0;
	}

	/** The exported functions, in order. */
	public List<ModuleExport> exportedFunctions() {
		return this.exports.stream().filter((export) -> export.kind() == ExternalKind.FUNCTION).toList();
	}

	/** The imported functions, in order. */
	public List<ModuleImport> importedFunctions() {
		return this.imports.stream().filter((item) -> item.kind() == ExternalKind.FUNCTION).toList();
	}

	/** The exported function of the given name. */
	public Optional<ModuleExport> exportedFunction(String name) {
		return this.exports.stream()
			.filter((export) -> export.kind() == ExternalKind.FUNCTION && export.name().equals(name))
			.findFirst();
	}

}
