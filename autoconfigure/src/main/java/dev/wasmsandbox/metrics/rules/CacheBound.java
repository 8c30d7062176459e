package dev.wasmsandbox.metrics.rules;

import dev.wasmsandbox.metrics.CacheView;

/**
 * The bound of the module cache that makes it drop modules, and twice of it. Immutable.
 *
 * @param property the property that sets it
 * @param current its value
 * @param suggested twice as much
 */
record CacheBound(String property, String current, String suggested) {

	/**
	 * Of a bound. A cache that is less full is not held by it, for what it drops is gone
	 * before the next module is in.
	 */
	private static final double FULL = 0.8;

	/** The number of modules where that is reached, their weight otherwise. */
	static CacheBound of(CacheView cache) {
		int modules = cache.settings().maxModules();
		long weight = cache.settings().maxWeight();
		if (cache.modules() >= FULL * modules) {
			return new CacheBound("wasm.cache.max-modules", Integer.toString(modules),
					Long.toString(Math.min(Integer.MAX_VALUE, 2L * modules)));
		}
		return new CacheBound("wasm.cache.max-weight", Amounts.property(weight),
				Amounts.property(weight + Math.min(weight, Long.MAX_VALUE - weight)));
	}

}
