package dev.wasmsandbox.limits;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The extensions of WebAssembly beyond its first version that a module may use. Those
 * that are not {@link #supported()} are known only so that they can be refused by name.
 */
public enum WasmFeature {

	/** Mutable globals imported or exported. */
	MUTABLE_GLOBALS(true, "imports or exports a mutable global"),
	/** {@code i32.extend8_s} and its kin. */
	SIGN_EXTENSION(true, "uses sign extension instructions"),
	/** {@code i32.trunc_sat_f32_s} and its kin. */
	SATURATING_CONVERSIONS(true, "uses saturating conversions"),
	/** Functions with several results, blocks with parameters. */
	MULTI_VALUE(true, "has functions or blocks with several values"),
	/** {@code memory.copy}, {@code memory.fill}, passive segments. */
	BULK_MEMORY(true, "uses bulk memory instructions or passive segments"),
	/** Reference values, several tables, {@code table.get} and its kin. */
	REFERENCE_TYPES(true, "uses reference types"),
	/** References of a stated function type, {@code call_ref}. */
	FUNCTION_REFERENCES(true, "uses typed function references"),
	/** {@code return_call} and its kin. */
	TAIL_CALLS(true, "uses tail calls"),
	/** Tags, {@code throw}, {@code throw_ref} and {@code try_table}. */
	EXCEPTIONS(true, "uses exceptions"),
	/** The older {@code try}, {@code catch}, {@code rethrow} and {@code delegate}. */
	LEGACY_EXCEPTIONS(false,
			"uses the older exception instructions (try, catch, rethrow, delegate), which this engine does not run; "
					+ "build with the newer ones (try_table), for example with -mllvm -wasm-use-legacy-eh=false"),
	/** Atomic instructions, on memory of the sandbox's own. */
	ATOMICS(true, "uses atomic instructions"),
	/** Memory shared between threads. */
	THREADS(false, "declares a shared memory or table (the threads proposal)"),
	/** 128-bit vectors. */
	SIMD(false, "uses SIMD (v128), which this engine does not run; build without it, for example with -mno-simd128"),
	/** Structures and arrays. */
	GC(false, "uses garbage-collected types (the GC proposal)"),
	/** Memories and tables with 64-bit addresses. */
	MEMORY64(false, "declares a 64-bit memory or table (the memory64 proposal)"),
	/** More than one memory. */
	MULTI_MEMORY(false, "has more than one memory (the multi-memory proposal)");

	private static final Set<WasmFeature> ALL_SUPPORTED = Collections.unmodifiableSet(all(true));

	private final boolean supported;

	private final String use;

	WasmFeature(boolean supported, String use) {
		this.supported = supported;
		this.use = use;
	}

	/** Whether this engine runs modules that use it. */
	public boolean supported() {
		return this.supported;
	}

	/** What a module that uses it does, as the end of a sentence about the module. */
	public String use() {
		return this.use;
	}

	/** The name in the configuration, such as {@code bulk-memory}. */
	public String text() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	/** All that this engine runs. */
	public static Set<WasmFeature> allSupported() {
		return ALL_SUPPORTED;
	}

	/**
	 * Checks that the engine runs modules with all the given features.
	 * @throws IllegalArgumentException naming those it does not, and those it does
	 */
	static void requireSupported(Set<WasmFeature> features) {
		Set<WasmFeature> wrong = all(false);
		wrong.retainAll(features);
		if (!wrong.isEmpty()) {
			throw new IllegalArgumentException("This engine does not run " + texts(wrong) + "; it knows "
					+ texts(ALL_SUPPORTED) + ". Remove the former from features");
		}
	}

	private static Set<WasmFeature> all(boolean supported) {
		Set<WasmFeature> result = EnumSet.noneOf(WasmFeature.class);
		for (WasmFeature feature : values()) {
			if (feature.supported == supported) {
				result.add(feature);
			}
		}
		return result;
	}

	private static String texts(Set<WasmFeature> features) {
		return features.stream().map(WasmFeature::text).collect(Collectors.joining(", "));
	}

}
