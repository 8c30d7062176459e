package dev.wasmsandbox.autoconfigure;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import dev.wasmsandbox.ModuleInfo;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.module.ModuleCache;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Reloads modules with {@code watch=true} when their files change, on one thread for all
 * of them; there is none where nothing is watched or the context is stopped. Whatever is
 * found in a file, what is in service stays in service until something better is there.
 *
 * <p>
 * It looks instead of having itself told: that is the same on every file system, and a
 * file that is being written is told from one that is not. It stops before everything
 * else with a life cycle.
 */
final class ModuleWatcher implements SmartLifecycle, AutoCloseable {

	private static final Logger log = LoggerFactory.getLogger(ModuleWatcher.class);

	/** A file is taken that looks the same after this time. */
	static final Duration PAUSE = Duration.ofMillis(500);

	private final WasmSandboxes sandboxes;

	private final List<WatchedFile> files;

	private final Duration pause;

	private volatile boolean running;

	/** The thread that looks; another one that still does ends. */
	private volatile @Nullable Thread thread;

	ModuleWatcher(WasmSandboxes sandboxes, List<WatchedFile> files, Duration pause) {
		this.sandboxes = sandboxes;
		this.files = List.copyOf(files);
		this.pause = pause;
	}

	@Override
	public synchronized void start() {
		this.running = true;
		if (!this.files.isEmpty() && this.thread == null) {
			Thread watching = Thread.ofPlatform().name("wasm-watch").daemon().unstarted(this::run);
			this.thread = watching;
			watching.start();
		}
	}

	/** Does not wait for a reload under way: that ends with the module. */
	@Override
	public synchronized void stop() {
		this.running = false;
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
		return this.running;
	}

	private boolean wanted() {
		Thread watching = this.thread;
		return watching != null && watching.equals(Thread.currentThread());
	}

	private void run() {
		while (wanted()) {
			synchronized (this.files) {
				this.files.forEach(this::look);
			}
			if (wanted()) {
				LockSupport.parkNanos(this, this.pause.toNanos());
			}
		}
	}

	private void look(WatchedFile file) {
		WasmSandbox sandbox = this.sandboxes.find(file.module()).orElse(null);
		boolean changed = file.look();
		if (sandbox == null || !wanted()) {
			return;
		}
		if (file.wentAway()) {
			log.info("Module '{}': its file {} is gone; version {} stays in service", file.module(), file,
					shortened(sandbox.info()));
		}
		if (changed) {
			compare(file, sandbox.info());
		}
	}

	private void compare(WatchedFile file, ModuleInfo before) {
		try {
			byte[] bytes = file.read(before.limits().moduleBytes());
			if (!ModuleCache.digest(bytes).equals(before.digest())) {
				ModuleInfo after = this.sandboxes.reload(file.module());
				log.info("Module '{}' was reloaded from {}: version {} instead of {}", file.module(), file,
						shortened(after), shortened(before));
			}
			file.handled();
		}
		catch (IOException | SandboxBusyException _) {
			// Written or reloaded at this moment: the next look will tell.
		}
		catch (RuntimeException ex) {
			file.handled();
			if (wanted()) {
				log.warn("Module '{}' was not reloaded from {}; version {} stays in service: {}", file.module(), file,
						shortened(before), ex.getMessage());
			}
		}
	}

	/** Of the digest, enough to tell versions apart. */
	private static String shortened(ModuleInfo info) {
		return info.digest().substring(0, 12);
	}

}
