package dev.wasmsandbox;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.module.ModuleSource;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * What this JVM holds after a garbage collection.
 *
 * @param heap bytes of heap in use
 * @param metaspace bytes of class metadata in use
 * @param threads live threads
 * @param resources mappings and files of ours
 */
record Footprint(long heap, long metaspace, int threads, Resources resources) {

	private static final long HEAP_SLACK = 8 << 20;

	private static final long METASPACE_SLACK = 4 << 20;

	private static Footprint now() {
		System.gc();
		try {
			return new Footprint(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(), metaspaceBytes(),
					ManagementFactory.getThreadMXBean().getThreadCount(), Resources.now());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static long metaspaceBytes() {
		return ManagementFactory.getMemoryPoolMXBeans()
			.stream()
			.filter((pool) -> pool.getName().equals("Metaspace"))
			.mapToLong((MemoryPoolMXBean pool) -> pool.getUsage().getUsed())
			.sum();
	}

	/** When threads that only wait to end have ended. */
	static Footprint settled() {
		long[] threads = { Long.MAX_VALUE };
		Awaitility.await().pollInterval(Duration.ofSeconds(1)).atMost(Duration.ofMinutes(1)).until(() -> {
			long now = ManagementFactory.getThreadMXBean().getThreadCount();
			boolean same = now == threads[0];
			threads[0] = now;
			return same;
		});
		return now();
	}

	/**
	 * What did not come back to this footprint within some minutes: threads of the JDK's
	 * common pool wait a minute for more work.
	 */
	List<String> growth() {
		try {
			Awaitility.await()
				.pollInterval(Duration.ofSeconds(1))
				.atMost(Duration.ofMinutes(3))
				.until(() -> holds(Footprint.now()));
			return List.of();
		}
		catch (ConditionTimeoutException _) {
			return List.of("before: " + this + ", after: " + Footprint.now());
		}
	}

	private boolean holds(Footprint now) {
		return now.heap <= this.heap + HEAP_SLACK && now.metaspace <= this.metaspace + METASPACE_SLACK
				&& now.threads <= this.threads && now.resources.images() <= this.resources.images()
				&& now.resources.files() <= this.resources.files()
				&& now.resources.watchdogs() <= this.resources.watchdogs();
	}

	/** A module that minds its own business on a thread of its own. */
	static final class Healthy implements AutoCloseable {

		private final WasmSandboxes registry = WasmSandboxes.builder().build();

		private final WasmSandbox sandbox;

		private final List<String> problems = new ArrayList<>();

		private final AtomicLong calls = new AtomicLong();

		private volatile boolean ended;

		private final Thread thread;

		Healthy() {
			this.sandbox = this.registry.load(ModuleDefinition.named("healthy")
				.source(ModuleSource.of(Fixtures.bytes("simple_module")))
				.limits(dev.wasmsandbox.limits.SandboxLimits.defaults().withCallTimeout(Duration.ofSeconds(30)))
				.build());
			this.thread = Thread.ofPlatform().name("healthy").start(this::run);
		}

		private void run() {
			while (!this.ended) {
				call();
			}
		}

		/** One call, checked. */
		void call() {
			try {
				int sum = this.sandbox.call("add", int.class, 20, 22);
				int fib = this.sandbox.call("fib", int.class, 10);
				if (sum != 42 || fib != 55) {
					problem("healthy: wrong answers " + sum + ", " + fib);
				}
			}
			catch (RuntimeException | Error ex) {
				problem("healthy: " + ex);
			}
			this.calls.incrementAndGet();
		}

		private void problem(String text) {
			synchronized (this.problems) {
				if (this.problems.size() < 10) {
					this.problems.add(text);
				}
			}
		}

		long calls() {
			return this.calls.get();
		}

		List<String> problems() {
			synchronized (this.problems) {
				return List.copyOf(this.problems);
			}
		}

		@Override
		public void close() {
			this.ended = true;
			Awaitility.await().until(() -> !this.thread.isAlive());
			this.registry.close();
		}

	}

}
