package dev.wasmsandbox.benchmarks.guest;

import java.util.function.Function;

import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.ByteArrayMemory;
import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.MemoryLimits;

/**
 * A module on the plain engine, used as its documentation advises for many instances of
 * one module: parsed and compiled once, {@link ByteArrayMemory} (which that documentation
 * recommends on the JVM; {@code ByteBufferMemory} is what one gets without asking).
 */
public final class PlainChicory {

	private final WasmModule module;

	private final Function<Instance, Machine> machineFactory;

	private final ImportValues imports;

	/** Parses and compiles a module. */
	public PlainChicory(byte[] bytes) {
		this.module = Parser.parse(bytes);
		this.machineFactory = MachineFactoryCompiler.compile(this.module);
		this.imports = ImportValues.builder()
			.addFunction(this.module.importSection()
				.stream()
				.filter(FunctionImport.class::isInstance)
				.map((item) -> stub((FunctionImport) item))
				.toArray(ImportFunction[]::new))
			.build();
	}

	private ImportFunction stub(FunctionImport function) {
		FunctionType type = this.module.typeSection().getType(function.typeIndex());
		long[] answer = LargeImports.answer(type.returns().stream().map(Object::toString).toList());
		return new HostFunction(function.module(), function.name(), type, (instance, arguments) -> answer);
	}

	/** A fresh instance. */
	public Instance instantiate() {
		return instantiate(ByteArrayMemory::new);
	}

	/** A fresh instance with the given kind of memory. */
	public Instance instantiate(Function<MemoryLimits, Memory> memoryFactory) {
		return Instance.builder(this.module)
			.withMachineFactory(this.machineFactory)
			.withMemoryFactory(memoryFactory)
			.withImportValues(this.imports)
			.build();
	}

	/** The index of an exported function, as {@link Machine#call} takes it. */
	public int functionIndex(String export) {
		for (int i = 0; i < this.module.exportSection().exportCount(); i++) {
			if (this.module.exportSection().getExport(i).name().equals(export)) {
				return this.module.exportSection().getExport(i).index();
			}
		}
		throw new IllegalArgumentException("No function '" + export + "' is exported");
	}

}
