package dev.wasmsandbox.module;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import dev.wasmsandbox.compile.CompileQueue;
import dev.wasmsandbox.compile.CompileSettings;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ModuleScreener;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What compiling may take, and what becomes of those who wait. */
class CompileBudgetTests {

	private static final byte[] LARGE = Fixtures.bytes("large");

	private static final CompileSettings ONE = CompileSettings.defaults().withThreads(1);

	private static ModuleReport report(byte[] bytes) {
		return ModuleScreener.screen("m", bytes, SandboxLimits.defaults());
	}

	@Test
	void whoWaitsTooLongIsToldAndTheNextFindsTheCode() {
		CompileSettings hasty = ONE.withTimeout(Duration.ofNanos(1));
		try (ModuleCache cache = new ModuleCache(ModuleCacheSettings.defaults(), hasty)) {
			assertThatExceptionOfType(SandboxTimeoutException.class)
				.isThrownBy(() -> cache.get("m", LARGE, report(LARGE)))
				.withMessageContaining("Module 'm'")
				.withMessageContaining("wasm.compile.timeout")
				.withMessageContaining("load it again later")
				.satisfies((ex) -> assertThat(ex.timeout()).isEqualTo(hasty.timeout()));
			Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> cache.statistics().loadSuccessCount() == 1);
			assertThat(cache.get("m", LARGE, report(LARGE)).report().functions()).isEqualTo(2_000);
			assertThat(cache.statistics().loadCount()).isEqualTo(1);
		}
	}

	@Test
	void aFullQueueIsBusyAndKeepsNothingOfTheRefused() throws Exception {
		byte[] bytes = Fixtures.bytes("values");
		CountDownLatch go = new CountDownLatch(1);
		CountDownLatch running = new CountDownLatch(1);
		try (CompileQueue queue = new CompileQueue(ONE.withQueueCapacity(1))) {
			queue.submit("first", report(bytes), () -> {
				running.countDown();
				await(go);
			});
			running.await();
			queue.submit("second", report(bytes), () -> await(go));
			assertThat(queue.waiting()).isEqualTo(1);
			assertThat(queue.pending()).isEqualTo(1);
			assertThat(queue.bytesInFlight()).isBetween(1L, (long) bytes.length);
			AtomicInteger third = new AtomicInteger();
			assertThatExceptionOfType(SandboxBusyException.class)
				.isThrownBy(() -> queue.submit("third", report(bytes), third::incrementAndGet))
				.withMessageContaining("Module 'third'")
				.withMessageContaining("wasm.compile.queue-capacity");
			go.countDown();
			Awaitility.await().until(() -> queue.waiting() == 0);
			queue.submit("third", report(bytes), third::incrementAndGet);
			Awaitility.await().until(() -> third.get() == 1);
			Awaitility.await().until(() -> queue.pending() == 0 && queue.bytesInFlight() == 0);
		}
	}

	@Test
	void neverMoreBytesAreCompiledThanAllowed() {
		byte[] bytes = Fixtures.bytes("values");
		int each = bytes.length;
		AtomicInteger now = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		AtomicInteger done = new AtomicInteger();
		CompileSettings settings = ONE.withThreads(8).withMaxBytesInFlight(2L * each);
		try (CompileQueue queue = new CompileQueue(settings)) {
			for (int i = 0; i < 40; i++) {
				queue.submit("m", report(bytes), () -> {
					most.accumulateAndGet(now.incrementAndGet(), Math::max);
					Thread.onSpinWait();
					now.decrementAndGet();
					done.incrementAndGet();
				});
			}
			Awaitility.await().until(() -> done.get() == 40);
		}
		assertThat(most.get()).isBetween(1, 2);
	}

	@Test
	void aModuleLargerThanAllThatIsAllowedIsRefused() {
		CompileSettings small = ONE.withMaxBytesInFlight(1_000);
		try (ModuleCache cache = new ModuleCache(ModuleCacheSettings.defaults(), small)) {
			assertThatExceptionOfType(ModuleRejectedException.class)
				.isThrownBy(() -> cache.get("m", LARGE, report(LARGE)))
				.withMessageContaining("wasm.compile.max-bytes-in-flight allows 1000")
				.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.OVER_LIMIT))
				.satisfies((ex) -> assertThat(ex.limit()).isPresent());
			assertThat(cache.size()).isZero();
		}
	}

	@Test
	void boundsThatMakeNoSenseAreRefused() {
		List<Runnable> wrong = new ArrayList<>();
		wrong.add(() -> ONE.withThreads(0));
		wrong.add(() -> ONE.withQueueCapacity(0));
		wrong.add(() -> ONE.withTimeout(Duration.ZERO));
		wrong.add(() -> ONE.withTimeout(Duration.ofDays(2)));
		wrong.add(() -> ONE.withMaxBytesInFlight(0));
		wrong.add(() -> ONE.withMaxBytesInFlight(2L << 30));
		assertThat(wrong)
			.allSatisfy((change) -> assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(change::run)
				.withMessageContaining("compile."));
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
