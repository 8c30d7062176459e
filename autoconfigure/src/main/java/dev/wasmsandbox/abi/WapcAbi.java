package dev.wasmsandbox.abi;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.GuestErrorException;
import dev.wasmsandbox.guest.GuestAccess;
import dev.wasmsandbox.guest.HostContext;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Guests of waPC: one export takes all calls, and the name of the function is an
 * operation that the guest knows. What is passed is copied in and out by functions that
 * the guest imports.
 */
public final class WapcAbi implements GuestAbi {

	private static final String GUEST_CALL = "__guest_call";

	private static final FunctionSignature SIGNATURE = FunctionSignature.parse("(i32, i32) -> i32");

	/** The longest name of an operation, in bytes. */
	private static final int LONGEST_NAME = 65_536;

	private final @Nullable WapcHost host;

	/**
	 * The convention.
	 * @param host answers the guests' calls; {@code null} if nobody does
	 */
	public WapcAbi(@Nullable WapcHost host) {
		this.host = host;
	}

	@Override
	public String name() {
		return "wapc";
	}

	@Override
	public boolean recognises(ModuleReport module) {
		return module.exportedFunction(GUEST_CALL).filter((export) -> SIGNATURE.equals(export.signature())).isPresent()
				&& module.importedFunctions().stream().anyMatch((item) -> item.module().equals(WapcFunctions.MODULE));
	}

	@Override
	public List<String> missing(ModuleReport module) {
		return Exports.missing(module, GUEST_CALL, SIGNATURE.toString()).toList();
	}

	@Override
	public List<HostFunction> hostFunctions(ModuleReport module) {
		return new WapcFunctions(
				(guest) -> guest.attachment(WapcExchange.class, () -> new WapcExchange(guest.moduleName())), this.host)
			.all();
	}

	/** As waPC's hosts do it, for guests of all its toolchains. */
	@Override
	public List<ModuleExport> startFunctions(ModuleReport module) {
		return Stream.of("_start", "_initialize", "wapc_init")
			.flatMap((name) -> module.exportedFunction(name).stream())
			.filter(ModuleExport::isProcedure)
			.toList();
	}

	@Override
	public AbiFunction bind(String moduleName, ModuleReport module, String function, CallShape shape) {
		ModuleExport export = Exports.require(moduleName, module, GUEST_CALL);
		if (!SIGNATURE.equals(export.signature())) {
			throw new GuestAbiException(moduleName, function,
					"guests of waPC export " + GUEST_CALL + " as " + SIGNATURE + ", but it is " + export.signature(),
					null);
		}
		byte[] operation = Utf8.encode(moduleName, function, "the name of the operation", function);
		if (operation.length > LONGEST_NAME) {
			throw new GuestAbiException(moduleName, null,
					"the name of an operation may have " + LONGEST_NAME + " bytes, but has " + operation.length, null);
		}
		ByteCall values = ByteCall.of(name(), moduleName, function, shape);
		return (guest, call) -> run(guest, export, operation, values, call);
	}

	private static void run(GuestAccess guest, ModuleExport export, byte[] operation, ByteCall values, AbiCall call) {
		byte[] payload = values.input(call);
		WapcExchange exchange = guest.attachment(WapcExchange.class, () -> new WapcExchange(guest.moduleName()));
		exchange.begin(operation, payload);
		long @Nullable [] results = guest.call(export, operation.length, payload.length);
		int code = (results != null) ? (int) results[0] : 0;
		byte[] error = exchange.error();
		if (code == 0 || error != null) {
			String text = (error != null) ? new String(error, StandardCharsets.UTF_8) : "";
			throw new GuestErrorException(guest.moduleName(), values.function(), text, code);
		}
		guest.requireResultSize(values.function(), exchange.response().length);
		values.output(call, exchange.response());
	}

}
