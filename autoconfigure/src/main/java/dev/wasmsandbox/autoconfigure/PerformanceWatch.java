package dev.wasmsandbox.autoconfigure;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.metrics.Anomaly;
import dev.wasmsandbox.metrics.PerformanceMonitor;
import dev.wasmsandbox.spring.WasmAnomalyEvent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;

/**
 * Has the monitor look once a second, on a thread of its own, while the context runs;
 * logs and publishes what it finds. Whatever fails meanwhile, it goes on.
 */
final class PerformanceWatch implements SmartLifecycle, AutoCloseable {

	private static final Logger log = LoggerFactory.getLogger(PerformanceWatch.class);

	private static final Duration PAUSE = Duration.ofSeconds(1);

	private final PerformanceMonitor monitor;

	private final WasmSandboxes sandboxes;

	private final ApplicationEventPublisher publisher;

	/** The thread that looks; another one that still does ends. */
	private volatile @Nullable Thread thread;

	private boolean failed;

	PerformanceWatch(PerformanceMonitor monitor, WasmSandboxes sandboxes, ApplicationEventPublisher publisher) {
		this.monitor = monitor;
		this.sandboxes = sandboxes;
		this.publisher = publisher;
	}

	@Override
	public synchronized void start() {
		if (this.thread == null) {
			Thread watching = Thread.ofPlatform().name("wasm-metrics").daemon().unstarted(this::run);
			this.thread = watching;
			watching.start();
		}
	}

	@Override
	public synchronized void stop() {
		Thread watching = this.thread;
		this.thread = null;
		LockSupport.unpark(watching);
	}

	/** Also where the context fails before it has started everything. */
	@Override
	public void close() {
		stop();
	}

	@Override
	public boolean isRunning() {
		return this.thread != null;
	}

	private boolean wanted() {
		Thread watching = this.thread;
		return watching != null && watching.equals(Thread.currentThread());
	}

	private void run() {
		while (wanted()) {
			look(System.nanoTime());
			if (wanted()) {
				LockSupport.parkNanos(this, PAUSE.toNanos());
			}
		}
	}

	private void look(long nanos) {
		try {
			this.monitor.look(nanos).forEach(this::tell);
			this.failed = false;
		}
		catch (RuntimeException ex) {
			if (!this.failed && wanted()) {
				log.warn("The work of modules cannot be watched for now; it is tried again", ex);
			}
			this.failed = true;
		}
	}

	private void tell(Anomaly anomaly) {
		log.warn("Anomaly: {}", anomaly);
		try {
			this.publisher.publishEvent(new WasmAnomalyEvent(this.sandboxes, anomaly));
		}
		catch (RuntimeException ex) {
			if (wanted()) {
				log.warn("A listener failed that was told of an anomaly of module '{}'", anomaly.module(), ex);
			}
		}
	}

}
