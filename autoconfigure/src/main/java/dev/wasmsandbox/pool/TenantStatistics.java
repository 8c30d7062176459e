package dev.wasmsandbox.pool;

import java.time.Duration;

import dev.wasmsandbox.limits.TenantQuota;

/**
 * One tenant at one moment. Counts begin when the tenant became known, which is with its
 * first call after a time without any.
 *
 * @param name the tenant
 * @param running its calls and open sessions that have a sandbox
 * @param waiting its callers that wait for one, or for their tenant's quota
 * @param refused how often a call was refused because of its quota
 * @param memory the bytes that its sandboxes have in bounds
 * @param cpuTime how long its guests were seen running
 * @param quota what it may use
 */
public record TenantStatistics(String name, int running, int waiting, long refused, long memory, Duration cpuTime,
		TenantQuota quota) {
}
