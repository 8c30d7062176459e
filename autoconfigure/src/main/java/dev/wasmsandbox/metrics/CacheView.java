package dev.wasmsandbox.metrics;

import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.module.ModuleCacheSettings;

/**
 * The module cache at one moment. Immutable.
 *
 * @param statistics what it did since the start
 * @param settings its bounds
 * @param modules how many modules it holds
 * @param recompiled how often it compiled what it had compiled before, since the start
 */
public record CacheView(CacheStats statistics, ModuleCacheSettings settings, long modules, long recompiled) {

	static CacheView of(ModuleCache cache) {
		return new CacheView(cache.statistics(), cache.settings(), cache.size(), cache.recompiled());
	}

	/**
	 * Look-ups of modules that were compiled before: the first one of each finds none.
	 */
	public long repeated() {
		return this.statistics.hitCount() + this.recompiled;
	}

	/** The part of those that the cache answered, from 0 to 1; 0 if there was none. */
	public double repeatedHitRate() {
		return (repeated() > 0) ? (double) this.statistics.hitCount() / repeated() : 0;
	}

}
