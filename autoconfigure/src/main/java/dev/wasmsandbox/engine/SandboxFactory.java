package dev.wasmsandbox.engine;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.dylibso.chicory.runtime.Instance;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.limits.ModuleLimit;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.memory.MemoryAccount;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.memory.MemoryBudget;
import dev.wasmsandbox.memory.MemorySlab;
import dev.wasmsandbox.memory.MemorySlot;
import dev.wasmsandbox.memory.ResetCalibration;
import dev.wasmsandbox.memory.ResetStrategy;
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

	private final InstanceMaker instances;

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
		this.instances = new InstanceMaker(moduleName, module, limits, this.imports,
				starts(snapshot.start(), module.report(), this.wasi));
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
			this.instances.runStart(sandbox);
		}
	}

	/**
	 * Makes an instance as the image says, over a memory that is open. All that is left
	 * to do then is the start function, where the image was taken before it.
	 */
	void make(Sandbox sandbox) {
		Instance instance = this.instances.instantiate(sandbox);
		if (this.image.snapshot()) {
			sandbox.memory().setPristine(this.image.segments());
			this.image.restore(instance);
		}
	}

	private static List<ModuleExport> starts(@Nullable List<ModuleExport> wanted, ModuleReport report,
			HostBinding.@Nullable Wasi wasi) {
		if (wanted != null) {
			return wanted;
		}
		return report.exportedFunction("_initialize")
			.filter((export) -> wasi != null && export.isProcedure())
			.stream()
			.toList();
	}

	/** What makes its instances. */
	InstanceMaker instances() {
		return this.instances;
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

}
