package dev.wasmsandbox.pool;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.limits.TenantQuota;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What is kept of tenants, and for how long. */
class TenantsTests {

	private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

	private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

	private final AtomicInteger tidySoon = new AtomicInteger();

	private Tenants tenants(TenantQuota quota, int maxKnown) {
		return new Tenants(quota, Map.of(), maxKnown, this.tidySoon::incrementAndGet);
	}

	@Test
	void whoIsNotUsedForAWhileIsDropped() {
		Tenants tenants = tenants(TenantQuota.none(), 10);
		assertThat(tenants.tidy(System.nanoTime())).isEqualTo(Long.MAX_VALUE);
		Tenant tenant = tenants.enter("a", "module");
		assertThat(this.tidySoon).hasValue(1);
		long later = System.nanoTime() + MINUTE;
		assertThat(tenants.tidy(later)).isPositive().isLessThan(MINUTE);
		tenants.tidy(later + MINUTE);
		assertThat(tenants.known()).as("it has a caller").isEqualTo(1);
		tenant.leave();
		tenants.tidy(later + 2 * MINUTE);
		assertThat(tenants.known()).as("it had one since the last look").isEqualTo(1);
		tenants.tidy(later + 3 * MINUTE);
		assertThat(tenants.known()).isZero();
		assertThat(tenant.enter()).isFalse();
		assertThat(tenants.enter("a", "module")).isNotSameAs(tenant);
	}

	@Test
	void whateverNamesComeOnlySoManyAreKept() {
		Tenants tenants = tenants(TenantQuota.none(), 3);
		for (int i = 0; i < 1_000; i++) {
			tenants.enter("tenant " + i, "module").leave();
			assertThat(tenants.known()).isLessThanOrEqualTo(3);
		}
	}

	@Test
	void whoHoldsSomethingIsKeptAndFurtherOnesRefused() {
		Tenants tenants = tenants(TenantQuota.none(), 2);
		Tenant a = tenants.enter("a", "module");
		tenants.enter("b", "module");
		assertThat(tenants.enter("a", "module")).isSameAs(a);
		assertThatExceptionOfType(SandboxBusyException.class).isThrownBy(() -> tenants.enter("c", "module"))
			.withMessageContaining("tenant 'c'")
			.withMessageContaining("wasm.tenants.max-known of 2");
		assertThat(tenants.refused()).isEqualTo(1);
		a.leave();
		assertThatExceptionOfType(SandboxBusyException.class).isThrownBy(() -> tenants.enter("c", "module"));
		a.leave();
		assertThat(tenants.enter("c", "module")).isNotNull();
		assertThat(tenants.find("a")).isNull();
	}

	@Test
	void whoOwesTimeIsKept() {
		Tenants tenants = tenants(TenantQuota.none().withCpuTimePerSecond(Duration.ofMillis(1)), 1);
		Tenant a = tenants.enter("a", "module");
		a.ran(TimeUnit.SECONDS.toNanos(10));
		a.leave();
		assertThatExceptionOfType(SandboxBusyException.class).isThrownBy(() -> tenants.enter("b", "module"));
		long later = System.nanoTime() + MINUTE;
		tenants.tidy(later);
		tenants.tidy(later + MINUTE);
		assertThat(tenants.find("a")).isSameAs(a);
		// Ten seconds at a thousandth of a second each.
		tenants.tidy(later + 10_000 * MINUTE);
		assertThat(tenants.find("a")).isNull();
	}

	@Test
	void aCallerOutlivesItsTenantsState() {
		Tenants tenants = tenants(TenantQuota.none(), 1);
		TenantCaller caller = tenants.caller("a");
		assertThat(tenants.known()).as("a name costs nothing").isZero();
		Tenant first = caller.admit("module", Duration.ZERO);
		first.dismiss();
		first.leave();
		tenants.enter("b", "module").leave();
		Tenant second = caller.admit("module", Duration.ZERO);
		assertThat(second).isNotSameAs(first);
		assertThat(tenants.find("a")).isSameAs(second);
	}

	@Test
	void aNameIsShortAndPrintable() {
		Tenants tenants = tenants(TenantQuota.none(), 1);
		assertThat(tenants.caller("Größe 7 / eu.acme").name()).isEqualTo("Größe 7 / eu.acme");
		for (String name : new String[] { "", " ", "a\nb", "x".repeat(201) }) {
			assertThatIllegalArgumentException().isThrownBy(() -> tenants.caller(name)).withMessageContaining("name");
		}
		assertThatIllegalArgumentException().isThrownBy(() -> tenants(TenantQuota.none(), 0))
			.withMessageContaining("max-known");
	}

	@Test
	void quotasHaveSensibleValues() {
		TenantQuota none = TenantQuota.none();
		assertThatIllegalArgumentException().isThrownBy(() -> none.withMaxConcurrentCalls(0))
			.withMessageContaining("max-concurrent-calls");
		assertThatIllegalArgumentException().isThrownBy(() -> none.withMemory(0L)).withMessageContaining("memory");
		for (Duration time : new Duration[] { Duration.ZERO, Duration.ofNanos(999_999), Duration.ofHours(2) }) {
			assertThatIllegalArgumentException().isThrownBy(() -> none.withCpuTimePerSecond(time))
				.withMessageContaining("cpu-time-per-second");
		}
	}

	@Test
	void timeIsABucketOfOneSecond() {
		CpuQuota half = new CpuQuota(Duration.ofMillis(500), 0);
		assertThat(half.isFull(0)).isTrue();
		half.charge(499 * MILLI, 0);
		assertThat(half.untilSome(0)).isZero();
		assertThat(half.isFull(0)).isFalse();
		half.charge(MILLI, 0);
		assertThat(half.untilSome(0)).isEqualTo(1);
		half.charge(100 * MILLI, 0);
		assertThat(half.untilSome(0)).isEqualTo(200 * MILLI + 1);
		assertThat(half.untilSome(150 * MILLI)).isEqualTo(50 * MILLI + 1);
		assertThat(half.untilSome(201 * MILLI)).isZero();
		assertThat(half.isFull(1_200 * MILLI)).isTrue();
		half.charge(500 * MILLI, 60_000 * MILLI);
		assertThat(half.untilSome(60_000 * MILLI)).as("what was not used for long is lost").isEqualTo(1);
	}

	@Test
	void guestsSideBySideMayUseMoreThanASecondInOne() {
		CpuQuota three = new CpuQuota(Duration.ofSeconds(3), 0);
		three.charge(2_999 * MILLI, 0);
		assertThat(three.untilSome(0)).isZero();
		three.charge(301 * MILLI, 0);
		assertThat(three.untilSome(0)).isBetween(100 * MILLI, 100 * MILLI + 2);
	}

	@Test
	void whoIsRefusedForItsTimeGivesItsCallBack() {
		TenantQuota quota = TenantQuota.none().withMaxConcurrentCalls(1).withCpuTimePerSecond(Duration.ofMillis(1));
		Tenant tenant = new Tenant("debtor", quota, () -> {
		});
		tenant.ran(MINUTE);
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(SandboxBusyException.class).isThrownBy(() -> tenant.admit("m", Duration.ZERO))
				.withMessageContaining("cpu-time-per-second");
		}
	}

}
