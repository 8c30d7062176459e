package dev.wasmsandbox.limits;

import java.util.Locale;

/**
 * One bound on what a module's binary may hold, checked before the engine sees it. Each
 * keeps parsing, compiling or instantiating within bounded time and heap.
 */
public enum ModuleLimit {

	/** Types declared. */
	TYPES("types", 1_000, 10_000, 50_000, 50_000, 1_000_000),
	/** Parameters and results of all types together. */
	TYPE_VALUES("parameters and results in all types", 10_000, 100_000, 500_000, 500_000, 10_000_000),
	/** Parameters of one type. */
	PARAMETERS("parameters in one type", 100, 1_000, 1_000, 1_000, 1_000),
	/** Results of one type. */
	RESULTS("results in one type", 100, 1_000, 1_000, 1_000, 1_000),
	/** Functions defined; each becomes a method. */
	FUNCTIONS("functions", 5_000, 20_000, 50_000, 50_000, 1_000_000),
	/** Imports of all kinds. */
	IMPORTS("imports", 500, 2_000, 10_000, 10_000, 100_000),
	/** Exports of all kinds. */
	EXPORTS("exports", 1_000, 10_000, 50_000, 50_000, 1_000_000),
	/** Globals, imported ones not counted; each costs every sandbox some heap. */
	GLOBALS("globals", 1_000, 10_000, 50_000, 50_000, 1_000_000),
	/** Tables, imported ones counted. */
	TABLES("tables", 10, 100, 100, 100, 1_000),
	/**
	 * Elements of all tables of a sandbox, grown ones included; 8 to 12 bytes of heap.
	 */
	TABLE_ELEMENTS("elements in all tables", 10_000, 100_000, 1_000_000, 1_000_000, 10_000_000),
	/** Element segments. */
	ELEMENT_SEGMENTS("element segments", 100, 1_000, 10_000, 10_000, 100_000),
	/** Elements of all element segments. */
	SEGMENT_ELEMENTS("elements in all element segments", 10_000, 100_000, 1_000_000, 1_000_000, 10_000_000),
	/** Data segments. */
	DATA_SEGMENTS("data segments", 1_000, 10_000, 100_000, 100_000, 1_000_000),
	/** Bytes of one function body. */
	FUNCTION_BYTES("bytes in one function", 131_072, 262_144, 1_048_576, 1_048_576, 67_108_864),
	/** Locals of one function, parameters not counted. */
	LOCALS("locals in one function", 5_000, 50_000, 50_000, 50_000, 50_000),
	/** Locals of all functions; the engine's parser keeps each. */
	TOTAL_LOCALS("locals in all functions", 100_000, 500_000, 2_000_000, 2_000_000, 50_000_000),
	/** Blocks within blocks; readers of such code are recursive. */
	NESTING("nested blocks", 1_000, 1_000, 1_000, 1_000, 1_000),
	/** Targets of one br_table; compiling it takes time quadratic in them. */
	BRANCH_TARGETS("targets in one br_table", 1_000, 4_000, 20_000, 20_000, 20_000),
	/** Targets of all br_tables. */
	TOTAL_BRANCH_TARGETS("targets in all br_tables", 20_000, 100_000, 500_000, 500_000, 10_000_000),
	/** Custom sections. */
	CUSTOM_SECTIONS("custom sections", 100, 1_000, 10_000, 10_000, 100_000),
	/** Bytes of the name of an import, an export or a custom section. */
	NAME_BYTES("bytes in one name", 1_000, 10_000, 100_000, 100_000, 100_000);

	private final String what;

	private final long lightweight;

	private final long standard;

	private final long highPerformance;

	private final long untrustedCeiling;

	private final long trustedCeiling;

	ModuleLimit(String what, long lightweight, long standard, long highPerformance, long untrustedCeiling,
			long trustedCeiling) {
		this.what = what;
		this.lightweight = lightweight;
		this.standard = standard;
		this.highPerformance = highPerformance;
		this.untrustedCeiling = untrustedCeiling;
		this.trustedCeiling = trustedCeiling;
	}

	/** What it counts, in the plural. */
	public String what() {
		return this.what;
	}

	/** Its value in a profile. */
	public long in(LimitProfile profile) {
		return switch (profile) {
			case LIGHTWEIGHT -> this.lightweight;
			case STANDARD -> this.standard;
			case HIGH_PERFORMANCE -> this.highPerformance;
		};
	}

	/** The highest value it can be given. */
	public long ceiling(TrustLevel trust) {
		return (trust == TrustLevel.TRUSTED) ? this.trustedCeiling : this.untrustedCeiling;
	}

	/** The name in the configuration, such as {@code table-elements}. */
	public String text() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	/** The whole name in the configuration and in messages. */
	public String property() {
		return "limits.module." + text();
	}

}
