package dev.wasmsandbox.engine;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.limits.ModuleLimit;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.memory.MemoryAccount;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.memory.MemoryBudget;
import dev.wasmsandbox.memory.MemorySlab;
import dev.wasmsandbox.memory.MemorySlot;
import dev.wasmsandbox.memory.ResetCalibration;
import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.MemoryType;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;
import org.jspecify.annotations.Nullable;

/**
 * Makes instances of one module with its imports bound. Thread-safe.
 */
public final class SandboxFactory {

	/** Growing costs a system call at first, so arenas double up to steps of 1 MiB. */
	private static final int ARENA_STEP = 16;

	private final String moduleName;

	private final CompiledModule module;

	private final SandboxLimits limits;

	private final Watchdog watchdog;

	private final Imports imports;

	private final int maximumPages;

	private final SandboxImage image;

	private final MemorySlab slab;

	private final MemoryAccount account;

	/** The functions to call after the start function. */
	private final List<ModuleExport> starts;

	private final HostBinding.@Nullable Wasi wasi;

	private final ResetChoice resets;

	private volatile int arenaStep = ARENA_STEP;

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
		this(moduleName, module, bindings, limits, watchdog, backend, maxSandboxes, snapshot, Map.of(),
				MemoryBudget.unlimited());
	}

	/**
	 * Binds the imports of a module whose memory is counted.
	 * @param globals values for imported globals by {@code module.name}
	 * @param budget what its memory is counted against
	 * @throws ModuleRejectedException as above, or if a value is for no imported global,
	 * or of another type
	 * @throws SandboxLimitException if the budget or the system has no room for its image
	 */
	public SandboxFactory(String moduleName, CompiledModule module, List<HostBinding> bindings, SandboxLimits limits,
			Watchdog watchdog, MemoryBackend backend, int maxSandboxes, SnapshotPlan snapshot,
			Map<String, Number> globals, MemoryBudget budget) {
		Imports.requireAll(moduleName, module.report(), bindings, globals);
		this.moduleName = moduleName;
		this.module = module;
		this.limits = limits;
		this.watchdog = watchdog;
		this.imports = new Imports(module.report(), bindings, new ImportedState(module.module(), module.report(),
				globals, limits.module().get(ModuleLimit.TABLE_ELEMENTS)));
		this.wasi = bindings.stream()
			.map(HostBinding::target)
			.filter(HostBinding.Wasi.class::isInstance)
			.map(HostBinding.Wasi.class::cast)
			.findFirst()
			.orElse(null);
		this.starts = starts(snapshot.start());
		MemoryType type = module.report().memory();
		this.maximumPages = (type != null) ? (int) Math.min(type.maximumPages(), limits.memoryPages()) : 0;
		SandboxTemplate template = new SandboxTemplate(this, snapshot);
		this.account = new MemoryAccount(moduleName, budget);
		boolean made = false;
		try {
			this.image = template.image();
			long capacity = (long) this.maximumPages * SandboxLimits.PAGE_BYTES;
			this.slab = new MemorySlab(backend, template.memoryImage(backend), capacity, maxSandboxes, this.account);
			this.resets = new ResetChoice(this.slab);
			made = true;
		}
		catch (SandboxLimitException ex) {
			throw ex.in(moduleName);
		}
		finally {
			template.discard();
			if (!made) {
				this.account.close();
			}
		}
	}

	/**
	 * Checks that every import can be bound, without compiling the module.
	 * @param globals values for imported globals by {@code module.name}
	 * @throws ModuleRejectedException naming all imports that cannot, or all values for
	 * globals that do not fit
	 */
	public static void requireImports(String moduleName, ModuleReport report, List<HostBinding> bindings,
			Map<String, Number> globals) {
		Imports.requireAll(moduleName, report, bindings, globals);
	}

	/**
	 * Makes a sandbox that can be leased.
	 * @throws SandboxLimitException if the system has no room for it
	 * @throws IllegalStateException if the factory or its watchdog is closed
	 */
	public Sandbox newSandbox() {
		return new Sandbox(this, memory(takeSlot(), this.image.pages(), true));
	}

	private MemorySlot takeSlot() {
		try {
			return this.slab.take();
		}
		catch (SandboxLimitException ex) {
			throw ex.in(this.moduleName);
		}
	}

	/**
	 * Makes a memory over a slot, which is released with it.
	 * @throws IllegalStateException if nobody would watch over its calls any more
	 */
	LinearMemory memory(MemorySlot slot, int initialPages, boolean fromImage) {
		boolean made = false;
		try {
			LinearMemory memory = new LinearMemory(slot, this.watchdog, this.limits, initialPages, this.maximumPages,
					fromImage, this.imports.calls());
			made = true;
			return memory;
		}
		finally {
			if (!made) {
				slot.release();
			}
		}
	}

	/** Makes no further sandboxes; those that are out live until they are discarded. */
	public void close() {
		this.module.forget(this.imports.calls());
		this.slab.close();
		this.account.close();
	}

	/**
	 * Checks that the memory budget has room for one more lease, before anything is taken
	 * for it.
	 * @throws SandboxLimitException if it has not
	 */
	public void requireRoom() {
		if (this.maximumPages > 0) {
			this.account.requireRoom();
		}
	}

	/** Where the memory of its sandboxes is counted. */
	public MemoryAccount account() {
		return this.account;
	}

	/** What the image takes in memory at this moment, in bytes. */
	public long imageBytes() {
		return this.slab.residentImageBytes();
	}

	/**
	 * What each leased sandbox may use at the least, in bytes, besides what is counted as
	 * grown.
	 */
	public long initialBytes() {
		return this.slab.countsAll() ? 0 : (long) this.image.pages() * SandboxLimits.PAGE_BYTES;
	}

	/** What each leased sandbox has in bounds when its lease begins, in bytes. */
	public long leasedBytes() {
		return (long) this.image.pages() * SandboxLimits.PAGE_BYTES;
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

	/** Runs the module's start function, if it has one, and what else belongs to it. */
	void runStart(Sandbox sandbox) {
		int start = this.module.report().startFunction();
		GuestCode code = sandbox.code();
		if (start >= 0 && code != null) {
			guarded(sandbox, () -> code.call(start, new long[0], sandbox.memory()));
		}
		for (ModuleExport export : this.starts) {
			if (code != null) {
				guarded(sandbox, () -> startBy(sandbox, code, export));
			}
		}
	}

	/** A program's {@code _start} may end by an exit; what it prepared is there then. */
	private static long @Nullable [] startBy(Sandbox sandbox, GuestCode code, ModuleExport export) {
		FunctionSignature signature = export.signature();
		try {
			long[] arguments = new long[(signature != null) ? signature.parameters().size() : 0];
			return code.call(export.index(), arguments, sandbox.memory());
		}
		catch (GuestExit exit) {
			if (exit.code() == 0 && export.name().equals("_start")) {
				return null;
			}
			throw exit;
		}
	}

	private List<ModuleExport> starts(@Nullable List<ModuleExport> wanted) {
		if (wanted != null) {
			return wanted;
		}
		return this.module.report()
			.exportedFunction("_initialize")
			.filter((export) -> this.wasi != null && export.isProcedure())
			.stream()
			.toList();
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
					"it cannot be instantiated: " + reason(ex), failure);
		}
		finally {
			if (outermost) {
				sandbox.memory().exitFailed();
			}
		}
	}

	/** What a host function threw is named, not cited: it may tell of the host. */
	private static String reason(Throwable failure) {
		Throwable cause = failure.getCause();
		return (failure instanceof HostFailure host && cause != null)
				? "the host function " + host.function() + " threw " + cause.getClass().getName()
				: String.valueOf(failure.getMessage());
	}

	/** Restores a memory; negative if it must not be used again. */
	long restoreMemory(LinearMemory memory, SandboxNotes notes) {
		return this.resets.restore(memory, notes);
	}

	/**
	 * Fixes how memory is restored, whatever it costs. For tests: each strategy must
	 * leave the same bytes, also those that the calibration would not choose here.
	 */
	void useOnly(ResetStrategy fixed) {
		this.resets.useOnly(fixed);
	}

	/**
	 * Restores memory in one way from now on.
	 * @throws IllegalArgumentException if the strategy is none of
	 * {@link #resetStrategies}
	 */
	public void resetBy(ResetStrategy fixed) {
		if (!resetStrategies().contains(fixed)) {
			throw new IllegalArgumentException("Memory of module '" + this.moduleName + "' cannot be restored by "
					+ fixed + " here; use one of " + resetStrategies());
		}
		this.resets.prefer(fixed);
	}

	/**
	 * What restoring took in each way when they were tried, with the page faults that are
	 * left to the next call, in nanoseconds; empty until then.
	 */
	public Map<ResetStrategy, Long> resetCosts() {
		return this.resets.costs();
	}

	/** The strategies that work here and are worth trying. */
	public List<ResetStrategy> resetStrategies() {
		if (this.slab.countsAll() || this.maximumPages == 0) {
			return List.of(ResetStrategy.safe());
		}
		return Stream.of(ResetStrategy.values())
			.filter((strategy) -> ResetCalibration.possible(strategy, this.slab.imageBytes()))
			.toList();
	}

	/** By how many pages of 64 KiB arenas may grow ahead of what is asked. */
	public int arenaStep() {
		return this.arenaStep;
	}

	/**
	 * Changes it, from the next time an arena grows on.
	 * @throws IllegalArgumentException if it is negative
	 */
	public void arenaStep(int pages) {
		if (pages < 0) {
			throw new IllegalArgumentException("An arena grows by 0 pages or more ahead, not by " + pages);
		}
		this.arenaStep = pages;
	}

	/** How memory is restored at this moment. */
	public ResetStrategy strategy() {
		return this.resets.strategy();
	}

	String moduleName() {
		return this.moduleName;
	}

	/** One of the functions of WASI, where they are offered. */
	HostBinding.@Nullable Wasi wasi() {
		return this.wasi;
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

	private TableInstance table(Table table, int initial) {
		TableLimits limits = ImportedState.limits(table.limits(), this.module.report().tables(),
				this.limits.module().get(ModuleLimit.TABLE_ELEMENTS));
		return new TableInstance(new Table(table.elementType(), limits), initial);
	}

}
