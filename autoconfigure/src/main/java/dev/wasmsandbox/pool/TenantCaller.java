package dev.wasmsandbox.pool;

import java.time.Duration;

import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import org.jspecify.annotations.Nullable;

/**
 * In whose name calls are made. It may be kept for as long as one likes: the tenant's
 * state is dropped all the same when it is not used, and made anew. Thread-safe.
 */
public final class TenantCaller {

	private final Tenants tenants;

	private final String name;

	private final @Nullable Integer maxCalls;

	/** The tenant that was used last; it may be retired by now. */
	private volatile @Nullable Tenant last;

	TenantCaller(Tenants tenants, String name) {
		this.tenants = tenants;
		this.name = name;
		this.maxCalls = tenants.quota(name).maxConcurrentCalls();
	}

	/** The tenant's name. */
	public String name() {
		return this.name;
	}

	/** The most calls it may make at the same time; {@code null} for no limit. */
	public @Nullable Integer maxCalls() {
		return this.maxCalls;
	}

	/** Whether a call would be let through now, without waiting. */
	public boolean admissible() {
		Tenant known = this.tenants.find(this.name);
		return known == null || known.admissible();
	}

	/**
	 * Lets a call through that is within the quota, or soon will be; dismiss it
	 * afterwards, and leave.
	 * @throws SandboxBusyException if it is not in time, or too many tenants are known
	 * @throws SandboxInterruptedException if the thread is interrupted
	 */
	Tenant admit(String module, Duration maxWait) {
		VirtualTurns paused = VirtualTurns.pause();
		if (paused == null) {
			return admitted(module, maxWait);
		}
		// In another guest's host function, whose turn others may need.
		Tenant tenant = null;
		boolean resumed = false;
		try {
			tenant = admitted(module, maxWait);
			return tenant;
		}
		finally {
			try {
				paused.resume(module, maxWait);
				resumed = true;
			}
			finally {
				if (tenant != null && !resumed) {
					tenant.dismiss();
					tenant.leave();
				}
			}
		}
	}

	private Tenant admitted(String module, Duration maxWait) {
		Tenant tenant = this.last;
		if (tenant == null || !tenant.enter()) {
			tenant = this.tenants.enter(this.name, module);
			this.last = tenant;
		}
		boolean admitted = false;
		try {
			tenant.admit(module, maxWait);
			admitted = true;
			return tenant;
		}
		finally {
			if (!admitted) {
				tenant.leave();
			}
		}
	}

}
