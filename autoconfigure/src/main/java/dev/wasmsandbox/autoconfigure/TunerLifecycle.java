package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.tuning.AdaptivePerformanceTuner;

import org.springframework.context.SmartLifecycle;

/**
 * Has the tuner run while the context does. It starts after everything else and stops
 * before, so it never takes the end of the application for an effect.
 */
final class TunerLifecycle implements SmartLifecycle {

	private final AdaptivePerformanceTuner tuner;

	TunerLifecycle(AdaptivePerformanceTuner tuner) {
		this.tuner = tuner;
	}

	@Override
	public void start() {
		this.tuner.start();
	}

	@Override
	public void stop() {
		this.tuner.close();
	}

	@Override
	public boolean isRunning() {
		return this.tuner.isRunning();
	}

}
