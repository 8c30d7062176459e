package dev.wasmsandbox.screen;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

import dev.wasmsandbox.limits.ModuleLimit;
import dev.wasmsandbox.limits.ModuleLimits;
import dev.wasmsandbox.limits.TrustLevel;
import dev.wasmsandbox.limits.WasmFeature;

/**
 * What one module may hold, and the features it has been seen to use. Every count and
 * feature is asked for here before anything is made of it.
 */
final class Allowance {

	private final ModuleLimits limits;

	private final Set<WasmFeature> used = EnumSet.noneOf(WasmFeature.class);

	private final Map<ModuleLimit, Long> totals = new EnumMap<>(ModuleLimit.class);

	Allowance(ModuleLimits limits) {
		this.limits = limits;
	}

	/** Reads a count of things that take at least a byte each and are limited. */
	int count(BinaryReader in, ModuleLimit limit) {
		int count = in.count(limit.what());
		require(limit, count);
		return count;
	}

	/** Adds to a total over the whole module. */
	void add(ModuleLimit limit, long number) {
		require(limit, this.totals.merge(limit, number, Long::sum));
	}

	void require(ModuleLimit limit, long asked) {
		long allowed = this.limits.get(limit);
		if (asked > allowed) {
			throw ScreeningFailure.overLimit(limit.property(), allowed, asked, "the module has " + asked + " "
					+ limit.what() + ", but " + limit.property() + " allows " + allowed + advice(limit, asked));
		}
	}

	private String advice(ModuleLimit limit, long asked) {
		if (asked <= limit.ceiling(this.limits.trust())) {
			return "; raise it for this module if that is legitimate";
		}
		return (asked <= limit.ceiling(TrustLevel.TRUSTED)) ? "; only for a trusted module can it be raised so far"
				: "; it cannot be raised so far";
	}

	/** Notes that the module uses a feature. */
	void use(WasmFeature feature) {
		if (!this.used.add(feature)) {
			return;
		}
		if (!feature.supported()) {
			throw ScreeningFailure.unsupported(feature.use());
		}
		if (!this.limits.features().contains(feature)) {
			throw ScreeningFailure.notAllowed("features",
					feature.use() + ", and features does not allow " + feature.text() + "; add it for this module");
		}
	}

	Set<WasmFeature> used() {
		return this.used;
	}

}
