package dev.wasmsandbox.compile;

import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.LimitPassed;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.SectionInfo;

/**
 * The threads that compile, and who may use them. At no time are more modules compiled or
 * waiting, or more of their bytes compiled, than the settings say; compiling answers no
 * interrupt, so this is all that bounds it. Thread-safe.
 */
public final class CompileQueue implements AutoCloseable {

	/** The compiler is recursive. */
	private static final int STACK_BYTES = 8 << 20;

	/** Sections that are copied, not compiled. */
	private static final Set<String> FREE = Set.of("data", "custom");

	private final CompileSettings settings;

	private final ThreadPoolExecutor executor;

	private final Semaphore bytes;

	/** Creates the queue; its threads start when they are needed. */
	public CompileQueue(CompileSettings settings) {
		this.settings = settings;
		this.bytes = new Semaphore(Math.toIntExact(settings.maxBytesInFlight()), true);
		this.executor = new ThreadPoolExecutor(settings.threads(), settings.threads(), 10, TimeUnit.SECONDS,
				new ArrayBlockingQueue<>(settings.queueCapacity()),
				Thread.ofPlatform().name("wasm-compile-", 1).daemon().stackSize(STACK_BYTES).factory());
		this.executor.allowCoreThreadTimeOut(true);
	}

	/**
	 * Has a module compiled when its turn comes.
	 * @param task what compiles it; must not throw
	 * @throws ModuleRejectedException if it is larger than all that may be compiled at
	 * the same time
	 * @throws SandboxBusyException if too many wait already
	 * @throws IllegalStateException if this is closed
	 */
	public void submit(String moduleName, ModuleReport report, Runnable task) {
		int cost = cost(report);
		if (cost > this.settings.maxBytesInFlight()) {
			throw new ModuleRejectedException(moduleName,
					new LimitPassed("wasm.compile.max-bytes-in-flight", this.settings.maxBytesInFlight(), cost),
					"the module has " + cost + " bytes to compile, but wasm.compile.max-bytes-in-flight allows "
							+ this.settings.maxBytesInFlight()
							+ "; raise it, and with it the heap by 64 bytes for each");
		}
		try {
			this.executor.execute(() -> {
				this.bytes.acquireUninterruptibly(cost);
				try {
					task.run();
				}
				finally {
					this.bytes.release(cost);
				}
			});
		}
		catch (RejectedExecutionException ex) {
			if (this.executor.isShutdown()) {
				throw new IllegalStateException("The module cache is closed", ex);
			}
			throw new SandboxBusyException(moduleName, null,
					"not compiled, because " + this.settings.queueCapacity() + " modules wait to be compiled already; "
							+ "try later, or raise wasm.compile.queue-capacity or wasm.compile.threads",
					ex);
		}
	}

	private static int cost(ModuleReport report) {
		return Math.max(1,
				report.sections()
					.stream()
					.filter((section) -> !FREE.contains(section.name()))
					.mapToInt(SectionInfo::bytes)
					.sum());
	}

	/** Its bounds. */
	public CompileSettings settings() {
		return this.settings;
	}

	/** Modules that wait for a thread. */
	public int waiting() {
		return this.executor.getQueue().size();
	}

	/** Modules that wait, for a thread or for others to be done so that they fit. */
	public int pending() {
		return waiting() + this.bytes.getQueueLength();
	}

	/** Bytes of modules that are compiled at this moment, data not counted. */
	public long bytesInFlight() {
		return this.settings.maxBytesInFlight() - this.bytes.availablePermits();
	}

	/** Takes no more; what waits is compiled still. */
	@Override
	public void close() {
		this.executor.shutdown();
	}

}
