package dev.wasmsandbox.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.runtime.ImportMemory;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import com.dylibso.chicory.wasm.types.ValType;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.HostFunctionException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.memory.MemoryImage;
import dev.wasmsandbox.memory.MemorySlab;
import dev.wasmsandbox.memory.ResetCalibration;
import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.screen.ExternalKind;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.MemoryType;
import dev.wasmsandbox.screen.ModuleImport;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ValueType;
import org.jspecify.annotations.Nullable;

/**
 * Makes instances of one module with its imports bound. Thread-safe.
 */
public final class SandboxFactory {

	/** Calls before the cheapest way to reset is looked for. */
	private static final int CALLS_BEFORE_CALIBRATION = 100;

	private final String moduleName;

	private final CompiledModule module;

	private final SandboxLimits limits;

	private final Watchdog watchdog;

	private final ImportFunction[] functions;

	private final ImportValues functionImports;

	private final @Nullable ModuleImport importedMemory;

	private final SandboxImage image;

	private final MemorySlab slab;

	private final AtomicInteger resets = new AtomicInteger();

	private volatile ResetStrategy strategy = ResetStrategy.safe();

	/**
	 * Binds the imports of a module.
	 * @param moduleName what to call it in messages
	 * @param module the code
	 * @param bindings the functions of the host; those the module does not import are
	 * passed over
	 * @param maxSandboxes how many sandboxes will be wanted at the most
	 * @throws ModuleRejectedException if an import is left open, a function's signature
	 * is not the imported one, or the module cannot be instantiated
	 */
	public SandboxFactory(String moduleName, CompiledModule module, List<HostBinding> bindings, SandboxLimits limits,
			Watchdog watchdog, MemoryBackend backend, int maxSandboxes) {
		requireImports(moduleName, module.report(), bindings);
		this.moduleName = moduleName;
		this.module = module;
		this.limits = limits;
		this.watchdog = watchdog;
		this.functions = bindings.stream().map(SandboxFactory::importFunction).toArray(ImportFunction[]::new);
		this.functionImports = ImportValues.builder().addFunction(this.functions).build();
		this.importedMemory = module.report()
			.imports()
			.stream()
			.filter((item) -> item.kind() == ExternalKind.MEMORY)
			.findFirst()
			.orElse(null);
		MemoryType type = module.report().memory();
		long capacity = (long) LinearMemory.maximumPages(type, limits) * SandboxLimits.PAGE_BYTES;
		long initial = (type != null) ? type.initialPages() * SandboxLimits.PAGE_BYTES : 0;
		MemoryImage zeroes = MemoryBackend.PORTABLE.image(initial);
		MemoryImage memoryImage;
		LinearMemory first = new LinearMemory(new MemorySlab(MemoryBackend.PORTABLE, zeroes, capacity, 1).take(),
				watchdog, limits, type, false);
		try {
			Sandbox template = new Sandbox(this, first);
			first.open();
			this.image = SandboxImage.of(instantiate(template), module.report().mutations());
			memoryImage = backend.image(first.content(), initial);
		}
		finally {
			first.close(ResetStrategy.safe());
			first.release();
		}
		this.slab = new MemorySlab(backend, memoryImage, capacity, maxSandboxes);
	}

	/**
	 * Checks that every import can be bound, without compiling the module.
	 * @throws ModuleRejectedException naming all imports that cannot
	 */
	public static void requireImports(String moduleName, ModuleReport report, List<HostBinding> bindings) {
		Map<String, FunctionSignature> offered = new HashMap<>();
		bindings.forEach((binding) -> offered.put(binding.module() + "." + binding.name(), binding.signature()));
		List<String> problems = new ArrayList<>();
		boolean others = false;
		for (ModuleImport item : report.imports()) {
			if (item.kind() == ExternalKind.FUNCTION) {
				FunctionSignature found = offered.get(item.module() + "." + item.name());
				if (found == null) {
					problems.add(item.toString());
				}
				else if (!found.equals(item.signature())) {
					problems.add(item + " (the host function with this name is " + found + ")");
				}
			}
			else if (item.kind() != ExternalKind.MEMORY) {
				problems.add(item.toString());
				others = true;
			}
		}
		if (!problems.isEmpty()) {
			throw new ModuleRejectedException(moduleName, null, Reason.UNRESOLVED_IMPORTS,
					"it imports what nobody supplies: " + String.join("; ", problems)
							+ ". Supply a HostFunction with the same module, name and signature for each function"
							+ (others ? "; imported tables, globals and tags cannot be supplied." : "."),
					null);
		}
	}

	private static ImportFunction importFunction(HostBinding binding) {
		FunctionType type = FunctionType.of(types(binding.signature().parameters()),
				types(binding.signature().results()));
		return new HostFunction(binding.module(), binding.name(), type,
				(instance, arguments) -> callHost(binding, ((GuestMachine) instance.getMachine()).guest(), arguments));
	}

	/**
	 * Calls the host. A failure of the calling guest, or of a call back into it, goes on
	 * as it is; all else is the host function's.
	 */
	private static long @Nullable [] callHost(HostBinding binding, GuestInstance guest, long[] arguments) {
		String name = binding.module() + "." + binding.name();
		long[] answer;
		try {
			answer = binding.target().call(guest, arguments);
		}
		catch (InterruptedException _) {
			Thread.currentThread().interrupt();
			throw new GuestStopped(StopReason.INTERRUPTED);
		}
		catch (GuestStopped | StackOverflowError ex) {
			throw ex;
		}
		catch (GuestAbiException ex) {
			throw guest.moduleName().equals(ex.moduleName()) ? ex : new HostFailure(name, ex);
		}
		catch (Throwable ex) {
			if (ex instanceof WasmSandboxException own && own.equals(guest.failure())) {
				throw own;
			}
			throw new HostFailure(name, ex);
		}
		int given = (answer != null) ? answer.length : 0;
		if (given != binding.signature().results().size()) {
			throw new HostFunctionException(guest.moduleName(), null,
					"the host function " + name + " returned " + given + " values, but is " + binding.signature(),
					null);
		}
		return answer;
	}

	private static List<ValType> types(List<ValueType> types) {
		List<ValType> result = new ArrayList<>();
		for (ValueType type : types) {
			result.add(switch (type) {
				case I32 -> ValType.I32;
				case I64 -> ValType.I64;
				case F32 -> ValType.F32;
				case F64 -> ValType.F64;
				case FUNCREF -> ValType.FuncRef;
				case EXTERNREF -> ValType.ExternRef;
				case V128, OTHER -> throw new IllegalArgumentException("A host function cannot take or return " + type);
			});
		}
		return result;
	}

	/**
	 * Makes a sandbox that can be leased.
	 * @throws SandboxLimitException if the system has no room for it
	 */
	public Sandbox newSandbox() {
		return new Sandbox(this,
				new LinearMemory(this.slab.take(), this.watchdog, this.limits, this.module.report().memory(), true));
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
			instantiate(sandbox);
		}
		int start = this.module.report().startFunction();
		Machine code = sandbox.code();
		if (start >= 0 && code != null) {
			guarded(sandbox, () -> code.call(start, new long[0]));
		}
	}

	Instance instantiate(Sandbox sandbox) {
		return guarded(sandbox, () -> {
			Instance instance = Instance.builder(this.module.module())
				.withMemoryFactory((declared) -> sandbox.memory())
				.withTableFactory(this::table)
				.withMachineFactory((self) -> sandbox.attach(this.module.newMachine(self)))
				.withImportValues(imports(sandbox.memory()))
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

	SandboxImage image() {
		return this.image;
	}

	private ImportValues imports(LinearMemory memory) {
		ModuleImport item = this.importedMemory;
		if (item == null) {
			return this.functionImports;
		}
		return ImportValues.builder()
			.addFunction(this.functions)
			.addMemory(new ImportMemory(item.module(), item.name(), memory))
			.build();
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
