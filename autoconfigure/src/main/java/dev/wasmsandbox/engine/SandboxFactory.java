package dev.wasmsandbox.engine;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.memory.MemorySlab;
import dev.wasmsandbox.memory.MemorySlot;
import dev.wasmsandbox.memory.ResetCalibration;
import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.MemoryType;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;

/**
 * Makes instances of one module with its imports bound. Thread-safe.
 */
public final class SandboxFactory {

	/** Calls before the cheapest way to reset is looked for. */
	private static final int CALLS_BEFORE_CALIBRATION = 100;

	private static final FunctionSignature NO_VALUES = new FunctionSignature(List.of(), List.of());

	private final String moduleName;

	private final CompiledModule module;

	private final SandboxLimits limits;

	private final Watchdog watchdog;

	private final Imports imports;

	private final int maximumPages;

	private final SandboxImage image;

	private final MemorySlab slab;

	/** The function to call after the start function, by WASI's convention; or -1. */
	private final int initializer;

	private final AtomicInteger resets = new AtomicInteger();

	private volatile ResetStrategy strategy = ResetStrategy.safe();

	/**
	 * Binds the imports of a module.
	 * @param moduleName what to call it in messages
	 * @param module the code
	 * @param bindings the functions of the host; those the module does not import are
	 * passed over
	 * @param maxSandboxes how many sandboxes will be wanted at the most
	 * @param snapshot what to run before the state is taken that sandboxes start with
	 * @throws ModuleRejectedException if an import is left open, a function's signature
	 * is not the imported one, or the module cannot be instantiated
	 */
	public SandboxFactory(String moduleName, CompiledModule module, List<HostBinding> bindings, SandboxLimits limits,
			Watchdog watchdog, MemoryBackend backend, int maxSandboxes, SnapshotPlan snapshot) {
		Imports.requireAll(moduleName, module.report(), bindings);
		this.moduleName = moduleName;
		this.module = module;
		this.limits = limits;
		this.watchdog = watchdog;
		this.imports = new Imports(module.report(), bindings);
		this.initializer = initializer(module.report(), bindings);
		MemoryType type = module.report().memory();
		this.maximumPages = (type != null) ? (int) Math.min(type.maximumPages(), limits.memoryPages()) : 0;
		SandboxTemplate template = new SandboxTemplate(this, snapshot);
		try {
			this.image = template.image();
			long capacity = (long) this.maximumPages * SandboxLimits.PAGE_BYTES;
			this.slab = new MemorySlab(backend, template.memoryImage(backend), capacity, maxSandboxes);
		}
		finally {
			template.discard();
		}
	}

	/**
	 * Checks that every import can be bound, without compiling the module.
	 * @throws ModuleRejectedException naming all imports that cannot
	 */
	public static void requireImports(String moduleName, ModuleReport report, List<HostBinding> bindings) {
		Imports.requireAll(moduleName, report, bindings);
	}

	/**
	 * Makes a sandbox that can be leased.
	 * @throws SandboxLimitException if the system has no room for it
	 */
	public Sandbox newSandbox() {
		return new Sandbox(this, memory(this.slab.take(), this.image.pages(), true));
	}

	LinearMemory memory(MemorySlot slot, int initialPages, boolean fromImage) {
		return new LinearMemory(slot, this.watchdog, this.limits.callTimeout(), initialPages, this.maximumPages,
				fromImage);
	}

	/** Makes no further sandboxes; those that are out live until they are discarded. */
	public void close() {
		this.slab.close();
	}

	/**
	 * Brings a leased sandbox to the state in which it can be called, under the call's
	 * time limit.
	 */
	void start(Sandbox sandbox) {
		if (sandbox.instance() == null) {
			make(sandbox);
		}
		if (!this.image.snapshot()) {
			runStart(sandbox);
		}
	}

	/**
	 * Makes an instance as the image says, over a memory that is open. All that is left
	 * to do then is the start function, where the image was taken before it.
	 */
	void make(Sandbox sandbox) {
		Instance instance = instantiate(sandbox);
		if (this.image.snapshot()) {
			sandbox.memory().setPristine(this.image.segments());
			this.image.restore(instance);
		}
	}

	/** Runs the module's start function, if it has one. */
	void runStart(Sandbox sandbox) {
		int start = this.module.report().startFunction();
		Machine code = sandbox.code();
		if (start >= 0 && code != null) {
			guarded(sandbox, () -> code.call(start, new long[0]));
		}
		if (this.initializer >= 0 && code != null) {
			guarded(sandbox, () -> code.call(this.initializer, new long[0]));
		}
	}

	private static int initializer(ModuleReport report, List<HostBinding> bindings) {
		boolean wasi = bindings.stream().anyMatch((binding) -> binding.target() instanceof HostBinding.Wasi);
		return report.exportedFunction("_initialize")
			.filter((export) -> wasi && NO_VALUES.equals(export.signature()))
			.map(ModuleExport::index)
			.orElse(-1);
	}

	/** Makes an instance over a memory that is open; its start function has not run. */
	Instance instantiate(Sandbox sandbox) {
		return guarded(sandbox, () -> {
			Instance instance = Instance.builder(this.module.module())
				.withMemoryFactory((declared) -> sandbox.memory())
				.withTableFactory(this::table)
				.withMachineFactory((self) -> sandbox.attach(this.module.newMachine(self)))
				.withImportValues(this.imports.values(sandbox.memory()))
				.withStart(false)
				.build();
			sandbox.attach(instance);
			return instance;
		});
	}

	private <T> T guarded(Sandbox sandbox, Supplier<T> step) {
		boolean outermost = sandbox.memory().enter();
		try {
			return step.get();
		}
		catch (Throwable ex) {
			WasmSandboxException failure = FailureMapper.map(ex, this.moduleName, null, this.limits,
					sandbox.memory().refusedBytes());
			if (failure instanceof SandboxTimeoutException || failure instanceof SandboxInterruptedException) {
				throw failure;
			}
			throw new ModuleRejectedException(this.moduleName, null, Reason.INSTANTIATION_FAILED,
					"it cannot be instantiated: " + ex.getMessage(), failure);
		}
		finally {
			if (outermost) {
				sandbox.memory().exit();
			}
		}
	}

	/** Restores a memory; negative if it must not be used again. */
	long restoreMemory(LinearMemory memory, SandboxNotes notes) {
		if (this.resets.get() < CALLS_BEFORE_CALIBRATION && this.resets.incrementAndGet() == CALLS_BEFORE_CALIBRATION) {
			long[] written = memory.written();
			Thread.ofPlatform().name("wasm-calibration").daemon().start(() -> calibrate(written));
		}
		ResetStrategy chosen = this.strategy;
		long written = memory.close(chosen);
		if (written >= 0) {
			notes.reset(chosen, written);
		}
		return written;
	}

	private void calibrate(long[] written) {
		try {
			this.strategy = ResetCalibration.choose(this.slab, written);
		}
		catch (SandboxLimitException | IllegalStateException _) {
			// No room for a slot to try on, or unloaded meanwhile: the safe one stays.
		}
	}

	/**
	 * Fixes how memory is restored, whatever it costs. For tests: each strategy must
	 * leave the same bytes, also those that the calibration would not choose here.
	 */
	void useOnly(ResetStrategy fixed) {
		this.resets.set(CALLS_BEFORE_CALIBRATION);
		this.strategy = fixed;
	}

	/** How memory is restored at this moment. */
	public ResetStrategy strategy() {
		return this.strategy;
	}

	String moduleName() {
		return this.moduleName;
	}

	CompiledModule module() {
		return this.module;
	}

	SandboxLimits limits() {
		return this.limits;
	}

	int maximumPages() {
		return this.maximumPages;
	}

	SandboxImage image() {
		return this.image;
	}

	/**
	 * Gives every instance table limits of its own: the parsed module's are shared by all
	 * instances, and growing a table changes them. What tables may grow to is divided
	 * among them, so that all together stay within the limit.
	 */
	private TableInstance table(Table table, int initial) {
		long share = SandboxLimits.MAX_TABLE_ELEMENTS / Math.max(1, this.module.report().tables());
		long least = table.limits().min();
		TableLimits limits = new TableLimits(least, Math.max(least, Math.min(table.limits().max(), share)));
		return new TableInstance(new Table(table.elementType(), limits), initial);
	}

}
