package dev.wasmsandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.memory.MemoryBudget;
import dev.wasmsandbox.memory.MemoryUse;
import dev.wasmsandbox.module.ModuleSource;
import dev.wasmsandbox.observe.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

/** The memory of all modules of a registry together stays within its limit. */
class TotalMemoryTests {

	private static final int PAGE = 65_536;

	private static final long LIMIT = 20L * PAGE;

	/** Its image has no hole, so that what is counted for it does not change. */
	private static final byte[] MODULE = Wat.assemble("""
			(module
			  (memory (export "memory") 1 64)
			  (data (i32.const 0) "%s")
			  (func (export "size") (result i32) memory.size)
			  (func (export "grow") (param i32) (result i32) local.get 0 memory.grow)
			  (func (export "load") (param i32) (result i32) local.get 0 i32.load8_u)
			  (func (export "store") (param i32 i32) local.get 0 local.get 1 i32.store)
			  (func (export "fill") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.fill))
			""".formatted("x".repeat(PAGE)));

	private final WasmSandboxes sandboxes = WasmSandboxes.builder().totalMemory(LIMIT).build();

	private final MemoryBudget budget = this.sandboxes.memoryBudget();

	@AfterEach
	void closedItHoldsNothing() {
		this.sandboxes.close();
		assertThat(this.budget.counted()).isZero();
	}

	private WasmSandbox load(String name) {
		return this.sandboxes.load(ModuleDefinition.named(name).source(ModuleSource.of(MODULE)).build());
	}

	@Test
	void guestsAreRefusedWhatTheyDoNotShare() {
		WasmSandbox one = load("one");
		WasmSandbox two = load("two");
		try (SandboxSession first = one.openSession(); SandboxSession second = two.openSession()) {
			assertThat(first.call("grow", int.class, 10)).isEqualTo(1);
			assertThat(second.call("grow", int.class, 9)).isEqualTo(-1);
			assertThat(second.call("size", int.class)).isEqualTo(1);
			assertThat(second.call("grow", int.class, 5)).isEqualTo(1);
			assertThat(first.call("grow", int.class, 5)).isEqualTo(-1);
		}
		try (SandboxSession second = two.openSession()) {
			assertThat(second.call("grow", int.class, 15)).isEqualTo(1);
		}
	}

	@Test
	void aNewLeaseIsRefusedWhenAllIsUsed() {
		WasmSandbox one = load("one");
		WasmSandbox two = load("two");
		try (SandboxSession first = one.openSession()) {
			int pages = (int) ((LIMIT - this.budget.counted()) / PAGE);
			assertThat(first.call("grow", int.class, pages)).isEqualTo(1);
			assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(two::openSession).satisfies((refused) -> {
				assertThat(refused.limit()).isEqualTo("limits.total-memory");
				assertThat(refused.value()).isEqualTo(LIMIT);
				assertThat(refused.requested()).isGreaterThan(LIMIT);
				assertThat(refused.moduleName()).isEqualTo("two");
			});
			assertThat(two.statistics().calls()).containsEntry(Outcome.LIMIT, 1L);
			assertThat(two.pool().statistics().discarded()).as("sandboxes given up for it").isZero();
			assertThat(two.pool().statistics().leased()).isZero();
			assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(() -> load("three"));
			assertThat(first.call("size", int.class)).isEqualTo(1 + pages);
		}
		assertThat(two.call("size", int.class)).isEqualTo(1);
		assertThat(load("three").call("size", int.class)).isEqualTo(1);
	}

	@Test
	void idleSandboxesGiveTheirPagesBackBeforeAnythingIsRefused() {
		assumeThat(MemoryBackend.detect()).isEqualTo(MemoryBackend.MAPPED);
		WasmSandbox idle = load("idle");
		dirty(idle, 4);
		MemoryUse before = idle.pool().memory();
		assertThat(before.residentIdle()).as("a page that is zeroed stays").isEqualTo(4L * PAGE);
		assertThat(this.budget.counted()).isEqualTo(before.image() + 4 * PAGE);
		WasmSandbox busy = load("busy");
		try (SandboxSession session = busy.openSession()) {
			assertThat(session.call("grow", int.class, 18)).isEqualTo(1);
			assertThat(idle.pool().memory().residentIdle()).isZero();
		}
		assertThat(idle.pool().statistics().idle()).isEqualTo(4);
		assertThat(idle.call("load", int.class, 0)).isEqualTo('x');
	}

	private static void dirty(WasmSandbox sandbox, int count) {
		List<SandboxSession> sessions = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			SandboxSession session = sandbox.openSession();
			session.call("grow", int.class, 1);
			session.call("fill", void.class, PAGE, 7, PAGE);
			sessions.add(session);
		}
		sessions.forEach(SandboxSession::close);
	}

	@Test
	void manyThreadsStayWithinItAndLeaveNothing() throws Exception {
		WasmSandbox one = load("one");
		WasmSandbox two = load("two");
		try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
			List<Future<?>> all = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				WasmSandbox sandbox = (i % 2 == 0) ? one : two;
				int pages = 2 + i;
				all.add(threads.submit(() -> {
					for (int turn = 0; turn < 200; turn++) {
						growAndMeasure(sandbox, pages);
					}
				}));
			}
			for (Future<?> thread : all) {
				thread.get();
			}
		}
		assertThat(one.pool().memory().grown()).isZero();
		assertThat(two.pool().memory().grown()).isZero();
	}

	private void growAndMeasure(WasmSandbox sandbox, int pages) {
		try (SandboxSession session = sandbox.openSession()) {
			int grown = session.call("grow", int.class, pages);
			assertThat(grown).isIn(1, -1);
			assertThat(sandbox.pool().memory().grown()).isLessThanOrEqualTo(LIMIT);
		}
		catch (SandboxLimitException ex) {
			assertThat(ex.limit()).isEqualTo("limits.total-memory");
		}
	}

	@Test
	void figuresAreThoseOfTheModule() {
		assumeThat(MemoryBackend.detect()).isEqualTo(MemoryBackend.MAPPED);
		WasmSandbox one = load("one");
		MemoryUse quiet = one.pool().memory();
		assertThat(quiet.leased()).isZero();
		assertThat(quiet.residentLeased()).isZero();
		assertThat(quiet.reserved()).isGreaterThanOrEqualTo(64L * PAGE);
		try (SandboxSession session = one.openSession()) {
			session.call("grow", int.class, 3);
			session.call("store", void.class, 3 * PAGE, 1);
			MemoryUse busy = one.pool().memory();
			assertThat(busy.grown()).isEqualTo(3L * PAGE);
			assertThat(busy.leased()).isEqualTo(4L * PAGE);
			assertThat(busy.residentLeased()).isGreaterThanOrEqualTo(4_096);
		}
		one.close();
		assertThat(this.budget.counted()).isZero();
	}

}
