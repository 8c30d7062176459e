package dev.wasmsandbox.actuate;

import java.util.stream.Stream;

import dev.wasmsandbox.ModuleInfo;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.pool.PoolHealth;
import dev.wasmsandbox.pool.PoolStatistics;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * The health of each loaded module: down only if it cannot serve, that is, if no sandbox
 * of it is in use and none can be had, as {@link PoolHealth} says. Calls that fail,
 * callers that wait and reloads that fail leave it up. Thread-safe.
 */
public final class WasmHealthContributor implements CompositeHealthContributor {

	private final WasmSandboxes sandboxes;

	/**
	 * Creates a contributor.
	 * @param sandboxes whose modules it looks at, those loaded later too
	 */
	public WasmHealthContributor(WasmSandboxes sandboxes) {
		this.sandboxes = sandboxes;
	}

	@Override
	public @Nullable HealthContributor getContributor(String name) {
		return this.sandboxes.find(name).map(WasmHealthContributor::indicator).orElse(null);
	}

	@Override
	public Stream<HealthContributors.Entry> stream() {
		return this.sandboxes.names()
			.stream()
			.flatMap((name) -> this.sandboxes.find(name).stream())
			.map((sandbox) -> new HealthContributors.Entry(sandbox.name(), indicator(sandbox)));
	}

	private static HealthIndicator indicator(WasmSandbox sandbox) {
		return () -> health(sandbox);
	}

	private static Health health(WasmSandbox sandbox) {
		PoolHealth health = sandbox.pool().health();
		ModuleInfo info = sandbox.info();
		PoolStatistics pool = sandbox.statistics().pool();
		// A module that is unloaded at this moment is no failure of the application's.
		Health.Builder builder = health.serving() ? Health.up() : health.closed() ? Health.unknown() : Health.down();
		builder.withDetail("digest", info.digest())
			.withDetail("reloads", info.reloads())
			.withDetail("leased", pool.leased())
			.withDetail("idle", pool.idle())
			.withDetail("pending", pool.pending())
			.withDetail("maxSize", pool.maxSize());
		if (health.lastError() != null && health.lastErrorAt() != null) {
			builder.withDetail("lastError", health.lastError()).withDetail("lastErrorAt", health.lastErrorAt());
		}
		return builder.build();
	}

}
