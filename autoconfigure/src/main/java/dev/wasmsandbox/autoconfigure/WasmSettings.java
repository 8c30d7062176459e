package dev.wasmsandbox.autoconfigure;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;

import dev.wasmsandbox.AsyncSettings;
import dev.wasmsandbox.WarmUpCall;
import dev.wasmsandbox.WasmSandboxesBuilder;
import dev.wasmsandbox.compile.CompileSettings;
import dev.wasmsandbox.limits.ModuleLimit;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.limits.SnapshotPoint;
import dev.wasmsandbox.limits.TenantQuota;
import dev.wasmsandbox.module.ModuleCacheSettings;
import dev.wasmsandbox.observe.CallTracer;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.StringUtils;

/**
 * Makes the library's settings of the properties. Values are applied one by one, so that
 * a refused one is reported under its full name, with an
 * {@link InvalidConfigurationPropertyValueException}.
 */
final class WasmSettings {

	private WasmSettings() {
	}

	/**
	 * What a module may use.
	 * @param prefix the full name of the group of properties, without a dot at its end
	 * @param base what applies where the properties say nothing
	 */
	static SandboxLimits limits(String prefix, WasmProperties.Limits properties, SandboxLimits base) {
		SandboxLimits limits = base;
		limits = apply(limits, prefix + ".memory", properties.memory(),
				(settings, value) -> settings.withMemoryBytes(value.toBytes()));
		limits = apply(limits, prefix + ".call-timeout", properties.callTimeout(), SandboxLimits::withCallTimeout);
		limits = apply(limits, prefix + ".module-size", properties.moduleSize(),
				(settings, value) -> settings.withModuleBytes(value.toBytes()));
		limits = apply(limits, prefix + ".fuel", properties.fuel(), SandboxLimits::withFuel);
		limits = apply(limits, prefix + ".result-size", properties.resultSize(),
				(settings, value) -> settings.withResultBytes(value.toBytes()));
		for (ModuleLimit limit : ModuleLimit.values()) {
			limits = apply(limits, prefix + ".module." + limit.text(), properties.module().get(limit),
					(settings, value) -> settings.withModule(settings.module().with(limit, value)));
		}
		return limits;
	}

	/**
	 * What one module may use, by its profile, trust and features and its single limits.
	 * @param prefix the full name of the module's properties
	 * @param defaults what applies if it names no profile
	 */
	static SandboxLimits limits(String prefix, WasmProperties.ModuleProperties module, SandboxLimits defaults) {
		SandboxLimits base = (module.profile() != null) ? module.profile().limits() : defaults;
		base = base.withModule(base.module().withTrust(module.trust()));
		base = apply(base, prefix + ".features", module.features(),
				(settings, value) -> settings.withModule(settings.module().withFeatures(value)));
		return limits(prefix + ".limits", module.limits(), base);
	}

	static CompileSettings compile(WasmProperties.Compile properties) {
		CompileSettings compile = apply(CompileSettings.defaults(), "wasm.compile.threads", properties.threads(),
				CompileSettings::withThreads);
		compile = apply(compile, "wasm.compile.queue-capacity", properties.queueCapacity(),
				CompileSettings::withQueueCapacity);
		compile = apply(compile, "wasm.compile.timeout", properties.timeout(), CompileSettings::withTimeout);
		return apply(compile, "wasm.compile.max-bytes-in-flight", properties.maxBytesInFlight(),
				(settings, value) -> settings.withMaxBytesInFlight(value.toBytes()));
	}

	/**
	 * The bounds of a module's pool; parameters as for {@link #limits}. Where the
	 * properties have a minimum of their own, the inherited one does not count.
	 */
	static PoolSettings pool(String prefix, WasmProperties.Pool properties, PoolSettings base) {
		PoolSettings pool = (properties.minIdle() != null) ? base.withMinIdle(0) : base;
		pool = apply(pool, prefix + ".max-size", properties.maxSize(), PoolSettings::withMaxSize);
		pool = apply(pool, prefix + ".max-wait", properties.maxWait(), PoolSettings::withMaxWait);
		pool = apply(pool, prefix + ".min-idle", properties.minIdle(), PoolSettings::withMinIdle);
		pool = apply(pool, prefix + ".keep-alive", properties.keepAlive(), PoolSettings::withKeepAlive);
		pool = apply(pool, prefix + ".leak-detection-threshold", properties.leakDetectionThreshold(),
				PoolSettings::withLeakDetectionThreshold);
		return apply(pool, prefix + ".min-resident", properties.minResident(), PoolSettings::withMinResident);
	}

	/**
	 * The calls before a module's snapshot.
	 * @param prefix the full name of the module's properties
	 */
	static List<WarmUpCall> warmUp(String prefix, WasmProperties.ModuleProperties module) {
		List<WarmUpCall> calls = new ArrayList<>();
		for (WasmProperties.WarmUp call : module.warmUp()) {
			String property = prefix + ".warm-up[" + calls.size() + "]";
			String function = call.function();
			if (!StringUtils.hasText(function)) {
				throw new InvalidConfigurationPropertyValueException(property + ".function", function,
						"A warm-up call needs the name of an exported function");
			}
			List<Number> arguments = apply(List.of(), property + ".arguments", call.arguments(),
					(none, texts) -> texts.stream().map(WasmSettings::number).toList());
			calls.add(apply(new WarmUpCall(function, arguments, 1), property + ".times", call.times(),
					(settings, value) -> new WarmUpCall(settings.function(), settings.arguments(), value)));
		}
		if (calls.isEmpty() == (module.snapshot() == SnapshotPoint.AFTER_WARM_UP)) {
			throw new InvalidConfigurationPropertyValueException(prefix + ".snapshot", module.snapshot(),
					"'after-warm-up' and warm-up calls need each other");
		}
		return calls;
	}

	/** The narrowest type that holds the number, as a literal in Java would have. */
	private static Number number(String text) {
		return switch (text.strip().toLowerCase(Locale.ROOT)) {
			case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
			case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
			case "nan" -> Double.NaN;
			default -> finite(text.strip());
		};
	}

	private static Number finite(String text) {
		BigDecimal value;
		try {
			value = new BigDecimal(text);
		}
		catch (NumberFormatException ex) {
			throw new IllegalArgumentException("'" + text + "' is no number", ex);
		}
		try {
			long whole = value.longValueExact();
			return ((int) whole == whole) ? (Number) (int) whole : (Number) whole;
		}
		catch (ArithmeticException _) {
			double nearest = value.doubleValue();
			if (Double.isInfinite(nearest)) {
				throw new IllegalArgumentException(
						text + " is beyond what any type can hold; write inf if that is meant");
			}
			return nearest;
		}
	}

	/** What a module is granted of what host functions require. */
	static List<String> capabilities(String prefix, WasmProperties.ModuleProperties module) {
		if (module.capabilities().stream().anyMatch(String::isBlank)) {
			throw new InvalidConfigurationPropertyValueException(prefix + ".capabilities", module.capabilities(),
					"One of the names is blank; remove the comma or the entry");
		}
		return module.capabilities();
	}

	static ModuleCacheSettings cache(WasmProperties.Cache properties) {
		ModuleCacheSettings cache = apply(ModuleCacheSettings.defaults(), "wasm.cache.max-modules",
				properties.maxModules(), (settings, value) -> new ModuleCacheSettings(value, settings.maxWeight()));
		return apply(cache, "wasm.cache.max-weight", properties.maxWeight(),
				(settings, value) -> new ModuleCacheSettings(settings.maxModules(), value.toBytes()));
	}

	/** What all modules may use together. */
	static WasmSandboxesBuilder totals(WasmProperties.TotalLimits properties, WasmSandboxesBuilder registry) {
		return apply(registry, "wasm.limits.total-memory", properties.totalMemory(),
				(builder, value) -> builder.totalMemory(value.toBytes()));
	}

	/** What tenants may use; a tenant that is named has the defaults beside its own. */
	static WasmSandboxesBuilder tenants(WasmProperties.Tenants properties, WasmSandboxesBuilder registry) {
		TenantQuota defaults = quota("wasm.tenants.default", properties.defaults(), TenantQuota.none());
		WasmSandboxesBuilder builder = apply(registry.tenantQuota(defaults), "wasm.tenants.max-known",
				properties.maxKnown(), WasmSandboxesBuilder::maxTenants);
		for (Map.Entry<String, WasmProperties.Quota> tenant : properties.byName().entrySet()) {
			String prefix = "wasm.tenants.by-name." + tenant.getKey();
			TenantQuota quota = quota(prefix, tenant.getValue(), defaults);
			builder = apply(builder, prefix, tenant.getKey(), (all, name) -> all.tenantQuota(name, quota));
		}
		return builder;
	}

	private static TenantQuota quota(String prefix, WasmProperties.Quota properties, TenantQuota base) {
		TenantQuota quota = apply(base, prefix + ".max-concurrent-calls", properties.maxConcurrentCalls(),
				TenantQuota::withMaxConcurrentCalls);
		quota = apply(quota, prefix + ".memory", properties.memory(),
				(settings, value) -> settings.withMemory(value.toBytes()));
		return apply(quota, prefix + ".cpu-time-per-second", properties.cpuTimePerSecond(),
				TenantQuota::withCpuTimePerSecond);
	}

	static WasmSandboxesBuilder virtualThreads(WasmProperties.VirtualThreads properties,
			WasmSandboxesBuilder registry) {
		return apply(registry, "wasm.virtual-threads.permits", properties.permits(),
				WasmSandboxesBuilder::virtualThreadPermits);
	}

	/**
	 * Who follows calls.
	 * @param tracer the bean; {@code null} if there is none
	 * @throws InvalidConfigurationPropertyValueException if calls are to be observed, and
	 * nobody can
	 */
	static void tracer(WasmProperties.Observations properties, @Nullable CallTracer tracer,
			WasmSandboxesBuilder registry) {
		if (tracer != null) {
			registry.callTracer(tracer);
		}
		else if (properties.enabled()) {
			throw new InvalidConfigurationPropertyValueException(WasmObservationAutoConfiguration.PROPERTY, true,
					"There is no bean of the type ObservationRegistry to observe calls with. "
							+ "Add spring-boot-starter-actuator, or leave the property out.");
		}
	}

	static AsyncSettings async(WasmProperties.Async properties) {
		AsyncSettings async = apply(AsyncSettings.defaults(), "wasm.async.threads", properties.threads(),
				(settings, value) -> new AsyncSettings(value, settings.queueCapacity()));
		return apply(async, "wasm.async.queue-capacity", properties.queueCapacity(),
				(settings, value) -> new AsyncSettings(settings.threads(), value));
	}

	static <S, V> S apply(S settings, String property, @Nullable V value, BiFunction<S, V, S> change) {
		if (value == null) {
			return settings;
		}
		try {
			return change.apply(settings, value);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException(property, value, ex.getMessage(), ex);
		}
	}

}
