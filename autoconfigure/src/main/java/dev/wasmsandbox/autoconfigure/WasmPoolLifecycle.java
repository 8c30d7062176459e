package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.WasmSandboxes;

import org.springframework.context.SmartLifecycle;

/**
 * The pools' part in the life cycle of the application context: when the context is
 * stopped, to be paused or checkpointed, idle sandboxes go; when it is started again,
 * {@code pool.min-idle} of them are made again. It unloads nothing, so calls are served
 * at any time.
 *
 * <p>
 * Its phase is far below that of web servers, of their graceful shutdown, and of
 * executors: it starts before them and stops after them, when no requests are left.
 */
final class WasmPoolLifecycle implements SmartLifecycle {

	/** Room is left below it for what must outlive the pools. */
	static final int PHASE = Integer.MIN_VALUE / 2;

	private final WasmSandboxes sandboxes;

	private volatile boolean running;

	WasmPoolLifecycle(WasmSandboxes sandboxes) {
		this.sandboxes = sandboxes;
	}

	@Override
	public void start() {
		this.sandboxes.resume();
		this.running = true;
	}

	@Override
	public void stop() {
		this.sandboxes.suspend();
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
