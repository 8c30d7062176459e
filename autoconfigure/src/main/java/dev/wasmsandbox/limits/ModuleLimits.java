package dev.wasmsandbox.limits;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * What a module's binary may be: how large in each respect, and with which features.
 * Immutable; every {@link ModuleLimit} has a value, none above the ceiling of the trust
 * level, and every feature is one the engine runs.
 *
 * @param trust how far its author is trusted
 * @param features the extensions of WebAssembly it may use
 * @param values each limit's value
 */
public record ModuleLimits(TrustLevel trust, Set<WasmFeature> features, Map<ModuleLimit, Long> values) {

	/**
	 * Checks and copies.
	 * @throws IllegalArgumentException if a feature is not supported, or a limit missing,
	 * negative or above its ceiling
	 */
	public ModuleLimits {
		WasmFeature.requireSupported(features);
		Map<ModuleLimit, Long> all = new EnumMap<>(ModuleLimit.class);
		for (ModuleLimit limit : ModuleLimit.values()) {
			Long value = values.get(limit);
			if (value == null) {
				throw new IllegalArgumentException(limit.property() + " has no value");
			}
			if (value < 0 || value > limit.ceiling(trust)) {
				throw new IllegalArgumentException(limit.property() + " must be between 0 and " + limit.ceiling(trust)
						+ " for " + ((trust == TrustLevel.TRUSTED) ? "a trusted module" : "an untrusted module")
						+ ", but is " + value + ceilingHint(limit, trust, value));
			}
			all.put(limit, value);
		}
		values = Collections.unmodifiableMap(all);
		Set<WasmFeature> allowed = EnumSet.noneOf(WasmFeature.class);
		allowed.addAll(features);
		features = Collections.unmodifiableSet(allowed);
	}

	private static String ceilingHint(ModuleLimit limit, TrustLevel trust, long value) {
		return (trust == TrustLevel.UNTRUSTED && value > 0 && value <= limit.ceiling(TrustLevel.TRUSTED))
				? "; with trust=trusted it may be up to " + limit.ceiling(TrustLevel.TRUSTED) : "";
	}

	/** The limits of a profile, for untrusted modules with all features there are. */
	public static ModuleLimits of(LimitProfile profile) {
		Map<ModuleLimit, Long> values = new EnumMap<>(ModuleLimit.class);
		for (ModuleLimit limit : ModuleLimit.values()) {
			values.put(limit, limit.in(profile));
		}
		return new ModuleLimits(TrustLevel.UNTRUSTED, WasmFeature.allSupported(), values);
	}

	/** Those of {@link LimitProfile#STANDARD}. */
	public static ModuleLimits defaults() {
		return of(LimitProfile.STANDARD);
	}

	/** The value of a limit. */
	public long get(ModuleLimit limit) {
		return this.values.getOrDefault(limit, 0L);
	}

	public ModuleLimits with(ModuleLimit limit, long value) {
		Map<ModuleLimit, Long> changed = new EnumMap<>(this.values);
		changed.put(limit, value);
		return new ModuleLimits(this.trust, this.features, changed);
	}

	public ModuleLimits withTrust(TrustLevel level) {
		return new ModuleLimits(level, this.features, this.values);
	}

	public ModuleLimits withFeatures(Set<WasmFeature> allowed) {
		return new ModuleLimits(this.trust, allowed, this.values);
	}

}
