package dev.wasmsandbox.abi;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.GuestExitException;
import dev.wasmsandbox.guest.GuestAccess;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.Utf8;

/**
 * Programs of WASI: what is passed first is their standard input, texts behind it are
 * arguments, and what they write to their standard output is the result. A program runs
 * once in each lease.
 */
public final class WasiCommandAbi implements GuestAbi {

	private static final String START = "_start";

	/** What toolchains export beside it, for themselves. */
	private static final Set<String> RUNTIME = Set.of("main", "malloc", "calloc", "realloc", "free");

	@Override
	public String name() {
		return "wasi-command";
	}

	/** Programs export nothing else that is meant to be called. */
	@Override
	public boolean recognises(ModuleReport module) {
		return module.exportedFunction(START).filter(ModuleExport::isProcedure).isPresent()
				&& module.importedFunctions().stream().anyMatch((item) -> item.module().startsWith("wasi_"))
				&& module.exportedFunctions().stream().allMatch((export) -> isOfRuntime(export.name()));
	}

	/** Not imports of WASI: a program may do without. */
	@Override
	public List<String> missing(ModuleReport module) {
		return Exports.missing(module, START, "() -> ()").toList();
	}

	private static boolean isOfRuntime(String name) {
		return name.startsWith("_") || name.startsWith("asyncify_") || RUNTIME.contains(name);
	}

	/** None: a program prepares itself when it is run. */
	@Override
	public List<ModuleExport> startFunctions(ModuleReport module) {
		return List.of();
	}

	@Override
	public AbiFunction bind(String moduleName, ModuleReport module, String function, CallShape shape) {
		ModuleExport export = Exports.require(moduleName, module, START);
		if (!function.equals(START) || !export.isProcedure()) {
			throw new GuestAbiException(moduleName, function, "wanted was " + shape + ", but the module is a program "
					+ "of WASI (its abi is wasi-command), which is run by calling _start, " + export.signature(), null);
		}
		List<ValueKind> parameters = shape.parameters();
		boolean fits = (parameters.isEmpty() || Payload.fits(parameters.getFirst()))
				&& parameters.stream().skip(1).allMatch((kind) -> kind == ValueKind.STRING)
				&& (shape.result() == ValueKind.NONE || Payload.fits(shape.result()));
		if (!fits) {
			throw new GuestAbiException(moduleName, function, "wanted was " + shape + ", but a program takes its "
					+ "standard input first, as a text, bytes or an array, then its arguments as texts, and answers "
					+ "its standard output", null);
		}
		ValueKind input = parameters.isEmpty() ? ValueKind.NONE : parameters.getFirst();
		ByteCall values = new ByteCall(moduleName, function, input, shape.result());
		return (guest, call) -> run(guest, export, values, call);
	}

	private static void run(GuestAccess guest, ModuleExport export, ByteCall values, AbiCall call) {
		List<String> arguments = new ArrayList<>();
		for (int i = 1; i < call.size(); i++) {
			arguments.add(argument(values, i, (String) call.value(i)));
		}
		guest.attachment(Run.class, Run::new).begin(guest.moduleName());
		guest.beginCommand(arguments, (call.size() > 0) ? values.input(call) : null);
		try {
			guest.call(export);
		}
		catch (GuestExitException ex) {
			String said = new String(guest.output(true), StandardCharsets.UTF_8);
			throw new GuestExitException(guest.moduleName(), export.name(), ex.exitCode(), said);
		}
		byte[] output = guest.output(false);
		guest.requireResultSize(export.name(), output.length);
		values.output(call, output);
	}

	/** What an argument of a program can be: it ends with a NUL, so it has none. */
	private static String argument(ByteCall values, int index, String text) {
		Utf8.encode(values.moduleName(), values.function(), index, text);
		if (text.indexOf(0) >= 0) {
			throw new GuestAbiException(values.moduleName(), values.function(), "argument " + (index + 1)
					+ " has a NUL at index " + text.indexOf(0) + ", which arguments of programs cannot have", null);
		}
		return text;
	}

	/** Whether the program has been run in a lease. */
	private static final class Run {

		private boolean begun;

		void begin(String moduleName) {
			if (this.begun) {
				throw new IllegalStateException("The program of module '" + moduleName
						+ "' has been run in this session; it runs once, so open a new session or call the sandbox");
			}
			this.begun = true;
		}

	}

}
