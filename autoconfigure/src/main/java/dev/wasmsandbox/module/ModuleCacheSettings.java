package dev.wasmsandbox.module;

/**
 * The bounds of the module cache. Immutable.
 *
 * @param maxModules the most modules it holds
 * @param maxWeight the most bytes it holds, binaries and generated classes together
 */
public record ModuleCacheSettings(int maxModules, long maxWeight) {

	private static final ModuleCacheSettings DEFAULTS = new ModuleCacheSettings(100, 256L << 20);

	public ModuleCacheSettings {
		if (maxModules < 1) {
			throw new IllegalArgumentException("cache.max-modules must be at least 1, but is " + maxModules);
		}
		if (maxWeight < 1) {
			throw new IllegalArgumentException("cache.max-weight must be at least 1 byte, but is " + maxWeight);
		}
	}

	/** 100 modules, 256 MiB. */
	public static ModuleCacheSettings defaults() {
		return DEFAULTS;
	}

}
