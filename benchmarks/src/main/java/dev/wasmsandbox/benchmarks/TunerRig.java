package dev.wasmsandbox.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.metrics.MetricsSettings;
import dev.wasmsandbox.metrics.PerformanceAdvisor;
import dev.wasmsandbox.metrics.PerformanceMetrics;
import dev.wasmsandbox.metrics.PerformanceTargets;
import dev.wasmsandbox.metrics.rules.StandardRules;
import dev.wasmsandbox.module.ModuleSource;
import dev.wasmsandbox.observe.Tunable;
import dev.wasmsandbox.tuning.AdaptivePerformanceTuner;
import dev.wasmsandbox.tuning.TunerOptions;
import org.jspecify.annotations.Nullable;

/**
 * An application under load, as {@link Tuner} tunes it: modules, callers that call as
 * fast as they are answered or in bursts, and metrics. Every answer is checked.
 */
final class TunerRig implements AutoCloseable {

	static final int CALLERS = 8;

	/** The pages of idle sandboxes go after a quarter of it. */
	private static final Duration KEEP_ALIVE = Duration.ofMillis(80);

	private static final Duration LOOK = Duration.ofMillis(250);

	private static final int CALLS_OF_A_BURST = 4;

	/** What a caller asks. */
	interface Call {

		/** Calls and checks the answer. */
		void run(int number);

	}

	private final PerformanceMetrics metrics = new PerformanceMetrics(
			new MetricsSettings(Duration.ofSeconds(10), PerformanceTargets.defaults()));

	private final WasmSandboxes sandboxes = WasmSandboxes.builder().workObserver(this.metrics).build();

	private final PerformanceAdvisor advisor = new PerformanceAdvisor(this.metrics, this.sandboxes,
			StandardRules.all());

	private final List<Call> calls = new ArrayList<>();

	private final List<Thread> threads = new ArrayList<>();

	private final LongAdder done = new LongAdder();

	private final LongAdder nanos = new LongAdder();

	private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

	private volatile boolean running = true;

	WasmSandbox load(String fixture) {
		return this.sandboxes.load(ModuleDefinition.named(fixture)
			.source(ModuleSource.of(Fixtures.bytes(fixture)))
			.pool(new PoolSettings(1, Duration.ofSeconds(30)).withKeepAlive(KEEP_ALIVE))
			.build());
	}

	void call(Call call) {
		this.calls.add(call);
	}

	/**
	 * Begins the load.
	 * @param pause between bursts; zero for callers that never pause
	 */
	void start(Duration pause) {
		CyclicBarrier together = new CyclicBarrier(CALLERS);
		for (int i = 0; i < CALLERS; i++) {
			int caller = i;
			begin("caller-" + i, () -> work(caller, pause, together));
		}
		begin("looks", () -> {
			while (this.running) {
				this.metrics.look(System.nanoTime(), this.sandboxes);
				LockSupport.parkNanos(LOOK.toNanos());
			}
		});
	}

	private void begin(String name, Runnable work) {
		Thread thread = Thread.ofPlatform().name(name).daemon().unstarted(() -> {
			try {
				work.run();
			}
			catch (RuntimeException | Error ex) {
				if (this.running) {
					this.failure.compareAndSet(null, ex);
				}
			}
		});
		this.threads.add(thread);
		thread.start();
	}

	private void work(int caller, Duration pause, CyclicBarrier together) {
		int number = caller;
		while (this.running) {
			int most = pause.isZero() ? 1 : CALLS_OF_A_BURST;
			for (int i = 0; i < most; i++) {
				long begun = System.nanoTime();
				this.calls.get(number % this.calls.size()).run(number);
				this.nanos.add(System.nanoTime() - begun);
				this.done.increment();
				number++;
			}
			if (!pause.isZero()) {
				await(together);
				LockSupport.parkNanos(pause.toNanos());
			}
		}
	}

	private void await(CyclicBarrier together) {
		try {
			together.await();
		}
		catch (InterruptedException | BrokenBarrierException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** What may be changed that makes a difference to these loads. */
	Map<String, Tunable> tunables() {
		Map<String, Tunable> all = new TreeMap<>();
		this.sandboxes.tunables().forEach((tunable) -> all.put(tunable.id(), tunable));
		return all;
	}

	AdaptivePerformanceTuner tuner(TunerOptions options) {
		return new AdaptivePerformanceTuner(options, this.metrics, this.advisor, this.sandboxes, List.of());
	}

	/**
	 * Calls by the time that callers spent on them, times the callers: calls a second
	 * where they never pause.
	 */
	double throughput(Duration time) throws InterruptedException {
		long calls = this.done.sum();
		long spent = this.nanos.sum();
		Thread.sleep(time.toMillis());
		while (this.done.sum() == calls) {
			// Between two bursts nobody calls.
			requireRight();
			Thread.sleep(time.toMillis());
		}
		requireRight();
		return CALLERS * 1e9 * (this.done.sum() - calls) / (this.nanos.sum() - spent);
	}

	void requireRight() {
		Throwable failed = this.failure.get();
		if (failed != null) {
			throw new IllegalStateException("a caller failed: " + failed, failed);
		}
	}

	/** Does not wait for callers for long: their modules are gone then anyway. */
	@Override
	public void close() {
		this.running = false;
		this.threads.forEach(Thread::interrupt);
		try {
			for (Thread thread : this.threads) {
				boolean ignored = thread.join(Duration.ofSeconds(5));
			}
		}
		catch (InterruptedException _) {
			Thread.currentThread().interrupt();
		}
		this.sandboxes.close();
	}

}
