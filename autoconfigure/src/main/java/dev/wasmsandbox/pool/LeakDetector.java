package dev.wasmsandbox.pool;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.error.GuestText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports sessions that are open for suspiciously long, each once. Switched off it is an
 * object that does nothing, so that it costs nothing: no clock, no stack trace, no entry.
 * Thread-safe.
 */
sealed interface LeakDetector {

	/** Notes where a session was opened. */
	void opened(GuestInstance guest, String instanceId);

	/** Forgets a session. */
	void closed(GuestInstance guest);

	/** Reports what has been open for too long. */
	void look(long now);

	/** How many were reported. */
	long suspected();

	/** How often to look, in nanoseconds. */
	long intervalNanos();

	static LeakDetector of(String moduleName, Duration threshold) {
		return threshold.isZero() ? Off.OFF : new Watching(moduleName, threshold);
	}

	/** Does nothing. */
	enum Off implements LeakDetector {

		OFF;

		@Override
		public void opened(GuestInstance guest, String instanceId) {
			// Nobody wants to know.
		}

		@Override
		public void closed(GuestInstance guest) {
			// Nobody wants to know.
		}

		@Override
		public void look(long now) {
			// There is nothing to look at.
		}

		@Override
		public long suspected() {
			return 0;
		}

		@Override
		public long intervalNanos() {
			return Long.MAX_VALUE;
		}

	}

	/** Keeps an entry for each open session. */
	final class Watching implements LeakDetector {

		private static final Logger log = LoggerFactory.getLogger(LeakDetector.class);

		private final ConcurrentMap<GuestInstance, Opening> open = new ConcurrentHashMap<>();

		private final AtomicLong suspected = new AtomicLong();

		private final String moduleName;

		private final long thresholdNanos;

		Watching(String moduleName, Duration threshold) {
			this.moduleName = moduleName;
			this.thresholdNanos = threshold.toNanos();
		}

		@Override
		public void opened(GuestInstance guest, String instanceId) {
			this.open.put(guest, new Opening(instanceId, Thread.currentThread().toString(), System.nanoTime(),
					new Exception("The session was opened here")));
		}

		@Override
		public void closed(GuestInstance guest) {
			this.open.remove(guest);
		}

		@Override
		public void look(long now) {
			this.open.forEach((guest, opening) -> {
				// Whoever removes it has it: a session closed just now is not reported.
				if (now - opening.since() >= this.thresholdNanos && this.open.remove(guest, opening)) {
					this.suspected.incrementAndGet();
					log.warn(
							"Module '{}': the session '{}', opened by {}, has been open for longer than "
									+ "pool.leak-detection-threshold of {} ms. Close sessions, best with "
									+ "try-with-resources, or raise the threshold",
							this.moduleName, GuestText.name(opening.instanceId()), opening.thread(),
							this.thresholdNanos / 1_000_000, opening.where());
				}
			});
		}

		@Override
		public long suspected() {
			return this.suspected.get();
		}

		@Override
		public long intervalNanos() {
			return this.thresholdNanos / 2;
		}

		private record Opening(String instanceId, String thread, long since, Exception where) {
		}

	}

}
