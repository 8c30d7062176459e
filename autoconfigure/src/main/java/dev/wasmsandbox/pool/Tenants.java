package dev.wasmsandbox.pool;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.limits.TenantQuota;
import org.jspecify.annotations.Nullable;

/**
 * The tenants of a registry: those that have calls, or had some lately. At most
 * {@link #maxKnown} are known at a time, whatever names callers choose. Thread-safe.
 */
public final class Tenants {

	/** How many are known at a time if nothing else is said. */
	public static final int DEFAULT_MAX_KNOWN = 10_000;

	private static final int LONGEST_NAME = 200;

	/** Who was not used from one look to the next is dropped. */
	private static final long LOOK = TimeUnit.SECONDS.toNanos(30);

	private final TenantQuota defaults;

	private final Map<String, TenantQuota> byName;

	private final int maxKnown;

	/** Written under the lock only. */
	private final ConcurrentMap<String, Tenant> known = new ConcurrentHashMap<>();

	private final ReentrantLock lock = new ReentrantLock();

	private final LongAdder refused = new LongAdder();

	private final Runnable tidySoon;

	/** Guarded by the lock. */
	private long lastLook = System.nanoTime();

	/**
	 * Makes a registry without tenants.
	 * @param defaults the quota of those that have none of their own
	 * @param byName quotas of single tenants
	 * @param maxKnown how many may be known at a time
	 * @param tidySoon called when there is something to tidy from now on
	 */
	public Tenants(TenantQuota defaults, Map<String, TenantQuota> byName, int maxKnown, Runnable tidySoon) {
		this.defaults = defaults;
		this.byName = Map.copyOf(byName);
		this.byName.keySet().forEach(Tenants::requireName);
		this.maxKnown = requireMaxKnown(maxKnown);
		this.tidySoon = tidySoon;
	}

	/**
	 * Checks a bound on tenants known at a time.
	 * @throws IllegalArgumentException if it is not positive
	 */
	public static int requireMaxKnown(int number) {
		if (number < 1) {
			throw new IllegalArgumentException("tenants.max-known must be at least 1, but is " + number);
		}
		return number;
	}

	/**
	 * Checks a tenant's name, which comes to stand in messages and answers.
	 * @throws IllegalArgumentException if it is blank, longer than 200 characters, or has
	 * control characters
	 */
	public static String requireName(String name) {
		Objects.requireNonNull(name, "tenant");
		if (name.isBlank() || name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
			throw new IllegalArgumentException("A tenant's name must have 1 to " + LONGEST_NAME
					+ " characters, not all blank and no control characters; this one has " + name.length());
		}
		return name;
	}

	/**
	 * A caller in the name of a tenant. It costs nothing until it calls.
	 * @throws IllegalArgumentException if the name is none
	 */
	public TenantCaller caller(String name) {
		return new TenantCaller(this, requireName(name));
	}

	/** What a tenant may use. */
	public TenantQuota quota(String name) {
		return this.byName.getOrDefault(name, this.defaults);
	}

	@Nullable Tenant find(String name) {
		return this.known.get(name);
	}

	/** The tenant of a name, with a caller announced. */
	Tenant enter(String name, String module) {
		Tenant found = this.known.get(name);
		if (found != null && found.enter()) {
			return found;
		}
		boolean first;
		this.lock.lock();
		try {
			found = this.known.get(name);
			if (found == null || !found.enter()) {
				found = make(name, module);
			}
			first = this.known.size() == 1;
		}
		finally {
			this.lock.unlock();
		}
		if (first) {
			this.tidySoon.run();
		}
		return found;
	}

	private Tenant make(String name, String module) {
		if (this.known.size() >= this.maxKnown) {
			retireUnused(System.nanoTime(), false);
		}
		if (this.known.size() >= this.maxKnown) {
			this.refused.increment();
			throw new SandboxBusyException(
					module, null, "tenant '" + name + "' is not known yet, and wasm.tenants.max-known of "
							+ this.maxKnown + " tenants have calls or time to pay off; try again later, or raise it",
					null);
		}
		Tenant made = new Tenant(name, quota(name), this.refused::increment);
		boolean ignored = made.enter();
		this.known.put(name, made);
		return made;
	}

	/** Drops those that hold nothing and owe nothing; under the lock. */
	private void retireUnused(long now, boolean recentlyUsedStay) {
		this.known.values()
			.removeIf((tenant) -> !(recentlyUsedStay && tenant.usedSinceLastAsked()) && tenant.retire(now));
	}

	/**
	 * Drops those that were not used for a while.
	 * @return how long until something may be due again, in nanoseconds
	 */
	long tidy(long now) {
		if (this.known.isEmpty()) {
			return Long.MAX_VALUE;
		}
		this.lock.lock();
		try {
			if (now - this.lastLook >= LOOK) {
				this.lastLook = now;
				retireUnused(now, true);
			}
			return LOOK;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** How many are known now. */
	public int known() {
		return this.known.size();
	}

	/** How many may be known at a time. */
	public int maxKnown() {
		return this.maxKnown;
	}

	/** How many calls were refused so far because of a tenant's quota. */
	public long refused() {
		return this.refused.sum();
	}

	/** Those that are known now, the one that has used most time first. */
	public List<TenantStatistics> statistics() {
		return this.known.values()
			.stream()
			.map(Tenant::statistics)
			.sorted(Comparator.comparing(TenantStatistics::cpuTime).reversed().thenComparing(TenantStatistics::name))
			.toList();
	}

}
