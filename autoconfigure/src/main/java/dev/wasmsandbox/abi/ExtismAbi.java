package dev.wasmsandbox.abi;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.GuestErrorException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.guest.GuestAccess;
import dev.wasmsandbox.guest.HostContext;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.guest.HostMemory;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ValueType;
import org.jspecify.annotations.Nullable;

/**
 * Plug-ins made for Extism: input and output are bytes in a memory of the host, which
 * imported functions read and write. That memory belongs to one lease, is bounded by
 * {@code limits.memory} beside the guest's own, and is emptied before every call.
 */
public final class ExtismAbi implements GuestAbi {

	private static final FunctionSignature HASKELL_INIT = FunctionSignature.parse("(i32, i32) -> ()");

	/** What is called at the start is no function of the plug-in. */
	private static final Set<String> STARTS = Set.of("_initialize", "hs_init", "__wasm_call_ctors");

	private final ExtismSettings settings;

	private final @Nullable ExtismHttp http;

	private final long limit;

	/**
	 * The convention for one module.
	 * @param http sends its requests; {@code null} if nobody does
	 * @param limit the most bytes that it and its host exchange in one call
	 */
	public ExtismAbi(ExtismSettings settings, @Nullable ExtismHttp http, long limit) {
		this.settings = settings;
		this.http = http;
		this.limit = limit;
	}

	@Override
	public String name() {
		return "extism";
	}

	@Override
	public boolean recognises(ModuleReport module) {
		return module.importedFunctions().stream().anyMatch((item) -> item.module().startsWith("extism:host/"));
	}

	/** Not the imports: a plug-in that reads and answers nothing needs none. */
	@Override
	public List<String> missing(ModuleReport module) {
		boolean callable = module.exportedFunctions()
			.stream()
			.anyMatch((export) -> !STARTS.contains(export.name()) && isPlugin(Exports.signature(export)));
		return callable ? List.of() : List.of("a function () -> i32 or () -> (), as plug-ins of Extism export them");
	}

	private static boolean isPlugin(FunctionSignature signature) {
		return signature.parameters().isEmpty()
				&& (signature.results().isEmpty() || signature.results().equals(List.of(ValueType.I32)));
	}

	@Override
	public List<HostFunction> hostFunctions(ModuleReport module) {
		return ExtismFunctions.all(this::kernel, this.http);
	}

	private ExtismKernel kernel(HostContext guest) {
		return guest.attachment(ExtismKernel.class, () -> newKernel(guest.moduleName(), guest.hostMemory()));
	}

	private ExtismKernel newKernel(String moduleName, HostMemory room) {
		return new ExtismKernel(moduleName, this.settings, this.limit, room);
	}

	/**
	 * As Extism does it: the runtime of Haskell wants its own start after the reactor's,
	 * and C's constructors are run where the linker has left that to the host.
	 */
	@Override
	public List<ModuleExport> startFunctions(ModuleReport module) {
		List<ModuleExport> reactor = GuestAbi.super.startFunctions(module);
		ModuleExport haskell = module.exportedFunction("hs_init")
			.filter((export) -> HASKELL_INIT.equals(export.signature()))
			.orElse(null);
		if (haskell != null) {
			List<ModuleExport> both = new ArrayList<>(reactor);
			both.add(haskell);
			return both;
		}
		return module.exportedFunction("__wasm_call_ctors")
			.filter(ModuleExport::isProcedure)
			.map(List::of)
			.orElse(reactor);
	}

	@Override
	public AbiFunction bind(String moduleName, ModuleReport module, String function, CallShape shape) {
		ModuleExport export = Exports.require(moduleName, module, function);
		FunctionSignature signature = Exports.signature(export);
		if (!isPlugin(signature)) {
			throw new GuestAbiException(moduleName, function,
					"wanted was " + shape + ", but it is " + signature
							+ "; a function of an Extism plug-in takes no parameters and returns an i32 or nothing",
					null);
		}
		ByteCall values = ByteCall.of(name(), moduleName, function, shape);
		return (guest, call) -> run(guest, export, values, call);
	}

	private void run(GuestAccess guest, ModuleExport export, ByteCall values, AbiCall call) {
		byte[] input = values.input(call);
		ExtismKernel kernel = guest.attachment(ExtismKernel.class,
				() -> newKernel(guest.moduleName(), guest.hostMemory()));
		kernel.begin(export.name(), input);
		guest.transferred(input.length, 0);
		long @Nullable [] results;
		try {
			results = guest.call(export);
		}
		catch (SandboxTrapException ex) {
			String said = kernel.error();
			if (!said.isEmpty()) {
				ex.addSuppressed(new GuestErrorException(guest.moduleName(), export.name(), said, -1));
			}
			throw ex;
		}
		int code = (results != null && results.length > 0) ? (int) results[0] : 0;
		String error = kernel.error();
		if (code != 0 || !error.isEmpty()) {
			throw new GuestErrorException(guest.moduleName(), export.name(), error, code);
		}
		guest.requireResultSize(export.name(), kernel.outputLength());
		guest.transferred(0, kernel.outputLength());
		values.output(call, kernel.output());
	}

}
