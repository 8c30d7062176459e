package dev.wasmsandbox;

/**
 * The bounds of asynchronous calls over all modules. Immutable.
 *
 * @param threads how many run at the same time; guests burn CPU, so more than cores gain
 * nothing
 * @param queueCapacity how many may wait; a further one is refused
 */
public record AsyncSettings(int threads, int queueCapacity) {

	public AsyncSettings {
		if (threads < 1) {
			throw new IllegalArgumentException("async.threads must be at least 1, but is " + threads);
		}
		if (queueCapacity < 1) {
			throw new IllegalArgumentException("async.queue-capacity must be at least 1, but is " + queueCapacity);
		}
	}

	/** As many threads as processors, 10,000 waiting. */
	public static AsyncSettings defaults() {
		return new AsyncSettings(Runtime.getRuntime().availableProcessors(), 10_000);
	}

}
