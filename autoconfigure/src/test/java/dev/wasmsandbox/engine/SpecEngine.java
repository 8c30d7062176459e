package dev.wasmsandbox.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import com.dylibso.chicory.compiler.InterpreterFallback;
import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.ByteArrayMemory;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.memory.MemoryAccessException;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.memory.MemorySlab;
import dev.wasmsandbox.screen.MemoryType;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ModuleScreener;
import org.jspecify.annotations.Nullable;

/** What runs the modules of the specification's test suite. */
interface SpecEngine extends AutoCloseable {

	/** Compiles a module and makes an instance; its start function has run. */
	Instance instantiate(byte[] module, ImportValues imports);

	/** A memory for the host's module of the suite. */
	Memory memory(int initialPages, int maximumPages);

	/** Whether a failure is a trap of the guest. */
	boolean isTrap(Throwable failure);

	/** Whether a failure means that a module was refused. */
	boolean isRefusal(Throwable failure);

	@Override
	void close();

	/**
	 * The engine as it comes, compiling. Not even a function too large for a method of
	 * the JVM is interpreted: that is refused here by design, so it would compare
	 * nothing.
	 */
	final class Plain implements SpecEngine {

		@Override
		public Instance instantiate(byte[] module, ImportValues imports) {
			WasmModule parsed = Parser.parse(module);
			return Instance.builder(parsed)
				.withMachineFactory(MachineFactoryCompiler.builder(parsed)
					.withInterpreterFallback(InterpreterFallback.FAIL)
					.compile())
				.withImportValues(imports)
				.build();
		}

		@Override
		public Memory memory(int initialPages, int maximumPages) {
			return new ByteArrayMemory(new MemoryLimits(initialPages, maximumPages));
		}

		@Override
		public boolean isTrap(Throwable failure) {
			return failure instanceof ChicoryException || failure instanceof StackOverflowError;
		}

		@Override
		public boolean isRefusal(Throwable failure) {
			return failure instanceof RuntimeException;
		}

		@Override
		public void close() {
			// Holds nothing.
		}

	}

	/** This library's screening, compiled code with its check, and memory. */
	final class Ours implements SpecEngine {

		private static final SandboxLimits LIMITS = SandboxLimits.defaults()
			.withMemoryBytes((long) SandboxLimits.MAX_PAGES * SandboxLimits.PAGE_BYTES);

		private final Watchdog watchdog = new Watchdog();

		private final SandboxFactory factory;

		private final List<Runnable> closing = new ArrayList<>();

		Ours() {
			CompiledModule empty = compile(Fixtures.bytes("empty"));
			this.factory = new SandboxFactory("spec", empty, List.of(), LIMITS.withCallTimeout(Duration.ofMinutes(1)),
					this.watchdog, MemoryBackend.detect(), 1, SnapshotPlan.NONE);
		}

		private static CompiledModule compile(byte[] module) {
			ModuleReport report = ModuleScreener.screen("spec", module, LIMITS);
			return CompiledModule.compile("spec", module, report, false);
		}

		@Override
		public Instance instantiate(byte[] bytes, ImportValues imports) {
			CompiledModule module = compile(bytes);
			ModuleReport report = module.report();
			MemoryType type = report.memory();
			LinearMemory memory = memory((type != null && type.imported()) ? null : type);
			Sandbox sandbox = new Sandbox(this.factory, memory);
			Instance instance = Instance.builder(module.module())
				.withMemoryFactory((declared) -> memory)
				.withMachineFactory((self) -> new GuestMachine(module.newMachine(self), sandbox))
				.withImportValues(imports)
				.withStart(false)
				.build();
			if (report.hasStart()) {
				instance.getMachine().call(report.startFunction(), new long[0]);
			}
			return instance;
		}

		@Override
		public Memory memory(int initialPages, int maximumPages) {
			return memory(new MemoryType(initialPages, maximumPages, false));
		}

		private LinearMemory memory(@Nullable MemoryType type) {
			MemoryBackend backend = MemoryBackend.detect();
			long initial = (type != null) ? type.initialPages() * SandboxLimits.PAGE_BYTES : 0;
			int maximumPages = (type != null) ? (int) Math.min(type.maximumPages(), LIMITS.memoryPages()) : 0;
			long capacity = (long) maximumPages * SandboxLimits.PAGE_BYTES;
			MemorySlab slab = new MemorySlab(backend, backend.image(initial), capacity, 1);
			LinearMemory memory = new LinearMemory(slab.take(), this.watchdog, LIMITS,
					(int) (initial / SandboxLimits.PAGE_BYTES), maximumPages, false, new HostCall[0]);
			memory.open();
			this.closing.add(() -> {
				memory.release();
				slab.close();
			});
			return memory;
		}

		@Override
		public boolean isTrap(Throwable failure) {
			return failure instanceof ChicoryException || failure instanceof MemoryAccessException
					|| failure instanceof StackOverflowError;
		}

		@Override
		public boolean isRefusal(Throwable failure) {
			return failure instanceof ModuleRejectedException || isTrap(failure);
		}

		@Override
		public void close() {
			this.closing.forEach(Runnable::run);
			this.factory.close();
			this.watchdog.close();
		}

	}

}
