package dev.wasmsandbox.actuate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.wasmsandbox.ModuleInfo;
import dev.wasmsandbox.limits.ModuleLimits;
import dev.wasmsandbox.limits.TrustLevel;
import dev.wasmsandbox.limits.WasmFeature;
import dev.wasmsandbox.screen.ModuleReport;

/**
 * What the screening found in a module's binary, and what it would have let pass.
 *
 * @param trust how far its author is trusted
 * @param functions how many functions it defines
 * @param globals how many globals it defines
 * @param tables how many tables it has, imports counted
 * @param features the extensions of WebAssembly it uses, by their names in the
 * configuration
 * @param sectionBytes the length of each section, in the binary's order; custom sections
 * as one, at the end
 * @param allowedFeatures the extensions it may use
 * @param limits the most it may hold, by the names in {@code limits.module}
 */
public record BinaryDescriptor(TrustLevel trust, int functions, int globals, int tables, List<String> features,
		Map<String, Integer> sectionBytes, List<String> allowedFeatures, Map<String, Long> limits) {

	static BinaryDescriptor of(ModuleInfo info) {
		ModuleReport report = info.report();
		ModuleLimits allowed = info.limits().module();
		Map<String, Integer> sections = new LinkedHashMap<>();
		report.sections().forEach((section) -> sections.put(section.name(), section.bytes()));
		Map<String, Long> limits = new LinkedHashMap<>();
		allowed.values().forEach((limit, value) -> limits.put(limit.text(), value));
		return new BinaryDescriptor(allowed.trust(), report.functions(), report.globals(), report.tables(),
				texts(report.features()), sections, texts(allowed.features()), limits);
	}

	private static List<String> texts(Set<WasmFeature> features) {
		return features.stream().map(WasmFeature::text).toList();
	}

}
