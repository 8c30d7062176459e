package dev.wasmsandbox.actuate;

import java.time.Duration;
import java.util.List;

import dev.wasmsandbox.pool.TenantStatistics;
import dev.wasmsandbox.pool.Tenants;
import org.jspecify.annotations.Nullable;

/**
 * What the {@link WasmEndpoint} says about tenants. Its length is bounded, whatever names
 * callers choose.
 *
 * @param known tenants that have calls, or had some lately
 * @param maxKnown how many there may be
 * @param refused calls refused so far because of a tenant's quota
 * @param top those that used most time, 50 at the most
 */
public record TenantsDescriptor(int known, int maxKnown, long refused, List<TenantDescriptor> top) {

	private static final int SHOWN = 50;

	static TenantsDescriptor of(Tenants tenants) {
		return new TenantsDescriptor(tenants.known(), tenants.maxKnown(), tenants.refused(),
				tenants.statistics().stream().limit(SHOWN).map(TenantDescriptor::of).toList());
	}

	/**
	 * One tenant. Counts begin when it became known.
	 *
	 * @param name its name
	 * @param running its calls and sessions that have a sandbox
	 * @param waiting its callers that wait for one, or for the quota
	 * @param refused its calls that were refused because of its quota
	 * @param memoryBytes what its sandboxes have in bounds
	 * @param cpuMillis how long its guests were seen running
	 * @param maxConcurrentCalls the most calls at the same time; absent without a limit
	 * @param maxMemoryBytes the most memory; absent without a limit
	 * @param cpuMillisPerSecond how long its guests may run in each second; absent
	 * without a limit
	 */
	public record TenantDescriptor(String name, int running, int waiting, long refused, long memoryBytes,
			double cpuMillis, @Nullable Integer maxConcurrentCalls, @Nullable Long maxMemoryBytes,
			@Nullable Double cpuMillisPerSecond) {

		static TenantDescriptor of(TenantStatistics tenant) {
			Duration perSecond = tenant.quota().cpuTimePerSecond();
			return new TenantDescriptor(tenant.name(), tenant.running(), tenant.waiting(), tenant.refused(),
					tenant.memory(), tenant.cpuTime().toNanos() / 1e6, tenant.quota().maxConcurrentCalls(),
					tenant.quota().memory(), (perSecond != null) ? perSecond.toNanos() / 1e6 : null);
		}

	}

}
