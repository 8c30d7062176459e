package dev.wasmsandbox.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.engine.Sandbox;
import dev.wasmsandbox.engine.SandboxFactory;
import dev.wasmsandbox.engine.SnapshotPlan;
import dev.wasmsandbox.engine.Watchdog;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ModuleScreener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Age, with a clock of the test's own. */
class IdleSandboxesTests {

	private static final int TRIM = 10;

	private static final int DROP = 40;

	private final ModuleCache cache = new ModuleCache();

	private final Watchdog watchdog = new Watchdog();

	private final SandboxFactory factory = factory();

	private final IdleSandboxes idle = new IdleSandboxes();

	private final List<Sandbox> dropped = new ArrayList<>();

	private SandboxFactory factory() {
		byte[] bytes = Fixtures.bytes("state");
		ModuleReport report = ModuleScreener.screen("state", bytes, SandboxLimits.defaults());
		return new SandboxFactory("state", this.cache.get("state", bytes, report).code(), List.of(),
				SandboxLimits.defaults(), this.watchdog, MemoryBackend.detect(), 5, SnapshotPlan.NONE);
	}

	@AfterEach
	void close() {
		for (Sandbox sandbox = this.idle.take(); sandbox != null; sandbox = this.idle.take()) {
			sandbox.discard();
		}
		this.factory.close();
		this.watchdog.close();
		this.cache.close();
	}

	private Sandbox add() {
		Sandbox sandbox = this.factory.newSandbox();
		this.idle.put(sandbox);
		return sandbox;
	}

	private void age(long now, int keep) {
		age(now, keep, 0);
	}

	private void age(long now, int keep, int resident) {
		this.idle.age(now, new IdleSandboxes.Ages(TRIM, DROP), keep, resident, (sandbox) -> {
			this.dropped.add(sandbox);
			sandbox.discard();
		});
	}

	@Test
	void timeCountsFromTheFirstLook() {
		Sandbox sandbox = add();
		age(1_000, 0);
		age(1_000 + DROP - 1, 0);
		assertThat(this.dropped).isEmpty();
		age(1_000 + DROP, 0);
		assertThat(this.dropped).containsExactly(sandbox);
		assertThat(this.idle.size()).isZero();
	}

	@Test
	void useBeginsItAnew() {
		Sandbox sandbox = add();
		age(1_000, 0);
		this.idle.put(taken());
		age(1_000 + DROP, 0);
		assertThat(this.dropped).isEmpty();
		age(1_000 + 2 * DROP, 0);
		assertThat(this.dropped).containsExactly(sandbox);
	}

	private Sandbox taken() {
		return Objects.requireNonNull(this.idle.take());
	}

	@Test
	void theOldestGoAndTheOthersStay() {
		Sandbox oldest = add();
		Sandbox middle = add();
		Sandbox youngest = add();
		age(1_000, 1);
		age(1_000 + DROP, 1);
		assertThat(this.dropped).containsExactly(oldest, middle);
		assertThat(this.idle.take()).isSameAs(youngest);
		youngest.discard();
	}

	@Test
	void theUnusedGiveTheirPagesBackOnceAndAreAsGoodAsBefore() {
		Sandbox sandbox = this.factory.newSandbox();
		GuestInstance guest = sandbox.lease();
		guest.memory().writeLong(1_024, 99);
		assertThat(guest.close()).isTrue();
		this.idle.put(sandbox);
		age(1_000, 1);
		assertThat(sandbox.notes().trimmed()).isFalse();
		age(1_000 + TRIM, 1);
		assertThat(sandbox.notes().trimmed()).isTrue();
		age(1_000 + DROP, 1);
		assertThat(this.idle.take()).isSameAs(sandbox);
		GuestInstance again = sandbox.lease();
		assertThat(again.memory().readLong(1_024)).isZero();
		assertThat(again.close()).isTrue();
		this.idle.put(sandbox);
		assertThat(sandbox.notes().trimmed()).isFalse();
	}

	@Test
	void moreThanTheKeptAreDroppedEvenIfTheyWereTrimmedBefore() {
		add();
		add();
		age(1_000, 2);
		age(1_000 + TRIM, 2);
		age(1_000 + DROP, 2);
		assertThat(this.dropped).isEmpty();
		age(1_000 + DROP, 0);
		assertThat(this.dropped).hasSize(2);
	}

	@Test
	void thoseUsedLastStayResidentAndAllAreStillDropped() {
		Sandbox first = add();
		Sandbox second = add();
		Sandbox third = add();
		age(1_000, 0, 2);
		age(1_000 + TRIM, 0, 2);
		assertThat(List.of(first, second, third)).extracting((sandbox) -> sandbox.notes().trimmed())
			.containsExactly(true, false, false);
		age(1_000 + TRIM, 0, 0);
		assertThat(List.of(second, third)).allMatch((sandbox) -> sandbox.notes().trimmed());
		age(1_000 + DROP, 0, 2);
		assertThat(this.dropped).hasSize(3);
	}

}
