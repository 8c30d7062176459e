package dev.wasmsandbox.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.metrics.MetricsSettings;
import dev.wasmsandbox.tuning.TunerOptions;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/** What editors show is complete and true. */
class ConfigurationMetadataTests {

	private static final String FILE = "/META-INF/spring-configuration-metadata.json";

	/** Properties that have no value of their own until they are set. */
	private static final Set<String> WITHOUT_DEFAULT = Set.of("wasm.modules", "wasm.async.threads",
			"wasm.limits.total-memory", "wasm.compile.threads", "wasm.compile.max-bytes-in-flight",
			"wasm.defaults.limits.module", "wasm.tenants.default.max-concurrent-calls", "wasm.tenants.default.memory",
			"wasm.tenants.default.cpu-time-per-second", "wasm.tenants.by-name", "wasm.virtual-threads.permits",
			"wasm.tuner.pinned", "wasm.tuner.state-file");

	private static final PoolSettings OTHER_POOL = new PoolSettings(3, Duration.ofDays(1), 2, Duration.ofDays(2),
			Duration.ofDays(3), 9);

	private final Map<String, JsonNode> properties = read();

	@Test
	void theseAreTheProperties() {
		assertThat(this.properties).containsOnlyKeys("wasm.modules", "wasm.defaults.limits.memory",
				"wasm.defaults.limits.call-timeout", "wasm.defaults.limits.module-size", "wasm.defaults.pool.max-size",
				"wasm.defaults.pool.max-wait", "wasm.defaults.pool.min-idle", "wasm.defaults.pool.keep-alive",
				"wasm.defaults.pool.leak-detection-threshold", "wasm.cache.max-modules", "wasm.cache.max-weight",
				"wasm.async.threads", "wasm.async.queue-capacity", "wasm.limits.total-memory", "wasm.compile.threads",
				"wasm.compile.queue-capacity", "wasm.compile.timeout", "wasm.compile.max-bytes-in-flight",
				"wasm.defaults.limits.module", "wasm.defaults.limits.fuel", "wasm.defaults.limits.result-size",
				"wasm.defaults.profile", "wasm.tenants.max-known", "wasm.tenants.default.max-concurrent-calls",
				"wasm.tenants.default.memory", "wasm.tenants.default.cpu-time-per-second", "wasm.tenants.by-name",
				"wasm.virtual-threads.permits", "wasm.metrics.enabled", "wasm.metrics.window", "wasm.targets.call",
				"wasm.targets.cache-hit-rate", "wasm.targets.error-rate", "wasm.targets.guest-memory",
				"wasm.targets.cold-start", "wasm.targets.allocation", "wasm.observations.enabled",
				"wasm.defaults.pool.min-resident", "wasm.tuner.mode", "wasm.tuner.interval", "wasm.tuner.observation",
				"wasm.tuner.min-improvement", "wasm.tuner.min-confidence", "wasm.tuner.max-risk",
				"wasm.tuner.regression", "wasm.tuner.error", "wasm.tuner.min-operations", "wasm.tuner.max-windows",
				"wasm.tuner.cool-down", "wasm.tuner.calibration", "wasm.tuner.memory", "wasm.tuner.explorations",
				"wasm.tuner.reach", "wasm.tuner.history", "wasm.tuner.pinned", "wasm.tuner.state-file");
	}

	@Test
	void eachHasADescriptionAndTypeAndThoseWithADefaultNameIt() {
		assertThat(this.properties).allSatisfy((name, property) -> {
			assertThat(property.path("description").asString("")).as(name).endsWith(".");
			assertThat(property.path("type").asString("")).as(name).isNotEmpty();
			assertThat(property.has("defaultValue")).as(name).isEqualTo(!WITHOUT_DEFAULT.contains(name));
		});
	}

	@Test
	void theDefaultsThatAreNamedAreThoseThatApply() {
		Map<String, Object> defaults = new HashMap<>();
		this.properties.forEach((name, property) -> {
			if (property.has("defaultValue")) {
				defaults.put(name, property.get("defaultValue").asString());
			}
		});
		WasmProperties named = new Binder(new MapConfigurationPropertySource(defaults))
			.bind("wasm", WasmProperties.class)
			.get();
		WasmProperties applied = new Binder().bindOrCreate("wasm", WasmProperties.class);
		assertThat(named.cache()).isEqualTo(applied.cache());
		assertThat(named.async()).isEqualTo(applied.async());
		assertThat(named.compile()).isEqualTo(applied.compile());
		assertThat(named.tenants()).isEqualTo(applied.tenants());
		assertThat(named.metrics()).isEqualTo(applied.metrics());
		assertThat(named.targets()).isEqualTo(applied.targets());
		assertThat(named.observations()).isEqualTo(applied.observations());
		assertThat(MetricsProperties.settings(named)).isEqualTo(MetricsSettings.defaults());
		assertThat(named.tuner()).isEqualTo(applied.tuner());
		assertThat(TunerProperties.options(named.tuner())).isEqualTo(TunerOptions.defaults());
		assertThat(named.defaults().profile()).isEqualTo(applied.defaults().profile());
		SandboxLimits otherLimits = SandboxLimits.defaults()
			.withMemoryBytes(0)
			.withModuleBytes(8)
			.withCallTimeout(Duration.ofDays(1))
			.withFuel(3);
		assertThat(WasmSettings.limits("", named.defaults().limits(), otherLimits)).isEqualTo(SandboxLimits.defaults());
		assertThat(WasmSettings.pool("", named.defaults().pool(), OTHER_POOL)).isEqualTo(PoolSettings.defaults());
	}

	private static Map<String, JsonNode> read() {
		Map<String, JsonNode> result = new LinkedHashMap<>();
		metadata().get("properties").forEach((property) -> {
			String name = property.get("name").asString();
			if (name.startsWith("wasm")) {
				result.put(name, property);
			}
		});
		return result;
	}

	private static JsonNode metadata() {
		try (InputStream in = WasmProperties.class.getResourceAsStream(FILE)) {
			assertThat(in).as(FILE).isNotNull();
			return new JsonMapper().readTree(in.readAllBytes());
		}
		catch (IOException ex) {
			throw new AssertionError(FILE, ex);
		}
	}

}
