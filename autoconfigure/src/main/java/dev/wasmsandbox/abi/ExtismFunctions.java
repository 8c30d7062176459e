package dev.wasmsandbox.abi;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SecurityViolationException;
import dev.wasmsandbox.guest.HostContext;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.screen.Utf8;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * The functions that Extism's host offers plug-ins, with the kernel in Java. Each finds
 * the kernel of the lease that calls it, and believes no address.
 *
 * <p>
 * All but variables and HTTP may be called before a snapshot: their answers follow from
 * the module and its configuration alone, and no address outlives a call.
 */
final class ExtismFunctions {

	static final String MODULE = "extism:host/env";

	private static final long @Nullable [] NOTHING = null;

	private final Function<HostContext, ExtismKernel> kernels;

	private final @Nullable ExtismHttp http;

	private final List<HostFunction> functions = new ArrayList<>();

	private ExtismFunctions(Function<HostContext, ExtismKernel> kernels, @Nullable ExtismHttp http) {
		this.kernels = kernels;
		this.http = http;
	}

	/**
	 * The functions.
	 * @param kernels finds the kernel of a lease
	 * @param http sends requests, where the host offers that
	 */
	static List<HostFunction> all(Function<HostContext, ExtismKernel> kernels, @Nullable ExtismHttp http) {
		ExtismFunctions all = new ExtismFunctions(kernels, http);
		all.memory();
		all.exchange();
		all.environment();
		all.requests();
		return List.copyOf(all.functions);
	}

	/** What one of them does. */
	@FunctionalInterface
	private interface Body {

		long @Nullable [] call(HostContext guest, ExtismKernel kernel, long[] arguments) throws Exception;

	}

	private void add(String name, String signature, Body body) {
		this.functions.add(unsafe(name, signature, body).safeForSnapshot());
	}

	private HostFunction unsafe(String name, String signature, Body body) {
		return HostFunction.of(MODULE, name, signature,
				(guest, arguments) -> body.call(guest, this.kernels.apply(guest), arguments));
	}

	private void memory() {
		add("alloc", "(i64) -> i64", (g, k, a) -> one(k.allocate(g, a[0])));
		add("free", "(i64) -> ()", (g, k, a) -> none(() -> k.free(a[0])));
		add("length", "(i64) -> i64", (g, k, a) -> one(k.memory().length(a[0])));
		add("length_unsafe", "(i64) -> i64", (g, k, a) -> one(k.memory().length(a[0])));
		add("load_u8", "(i64) -> i32", (g, k, a) -> one(k.memory().loadByte(a[0])));
		add("load_u64", "(i64) -> i64", (g, k, a) -> one(k.memory().loadLong(a[0])));
		add("store_u8", "(i64, i32) -> ()", (g, k, a) -> none(() -> k.memory().storeByte(a[0], (byte) a[1])));
		add("store_u64", "(i64, i64) -> ()", (g, k, a) -> none(() -> k.memory().storeLong(a[0], a[1])));
		add("memory_bytes", "() -> i64", (g, k, a) -> one(k.memory().size()));
	}

	private void exchange() {
		add("input_length", "() -> i64", (g, k, a) -> one(k.inputLength()));
		add("input_offset", "() -> i64", (g, k, a) -> one(k.input()));
		add("input_load_u8", "(i64) -> i32", (g, k, a) -> one(k.loadInputByte(a[0])));
		add("input_load_u64", "(i64) -> i64", (g, k, a) -> one(k.loadInputLong(a[0])));
		add("output_set", "(i64, i64) -> ()", (g, k, a) -> none(() -> k.output(a[0], a[1])));
		add("error_set", "(i64) -> ()", (g, k, a) -> none(() -> k.error(a[0])));
	}

	private void environment() {
		add("config_get", "(i64) -> i64", (g, k, a) -> {
			String value = k.settings().config().get(k.takeText(a[0], "a key of the configuration"));
			return one((value != null)
					? k.put(g, Utf8.encode(g.moduleName(), null, "a value of its configuration", value)) : 0);
		});
		add("get_log_level", "() -> i32", (g, k, a) -> one(k.log().level()));
		for (Level level : Level.values()) {
			add("log_" + level.name().toLowerCase(Locale.ROOT), "(i64) -> ()",
					(g, k, a) -> none(() -> k.log().log(level, k.takeMessage(a[0]))));
		}
		this.functions.add(unsafe("var_get", "(i64) -> i64", (g, k, a) -> {
			byte[] value = k.variables().get(k.takeText(a[0], "the name of a variable"));
			return one((value != null) ? k.put(g, value) : 0);
		}));
		this.functions.add(unsafe("var_set", "(i64, i64) -> ()", (g, k, a) -> none(() -> setVariable(g, k, a))));
	}

	private static void setVariable(HostContext guest, ExtismKernel kernel, long[] arguments) {
		String name = kernel.takeText(arguments[0], "the name of a variable");
		if (arguments[1] == 0) {
			kernel.variables().remove(name);
			return;
		}
		byte[] value = kernel.take(arguments[1], "the value of a variable");
		long size;
		try {
			size = kernel.variables().set(name, value);
		}
		catch (SandboxLimitException ex) {
			throw guest.fail(ex);
		}
		if (size > ExtismVariables.LIMIT) {
			throw guest.fail(new SandboxLimitException(guest.moduleName(), null, "extism.variables",
					ExtismVariables.LIMIT, size, "the variables of the plug-in would take " + size
							+ " bytes, but all of them may take " + ExtismVariables.LIMIT + ", which is fixed",
					null));
		}
	}

	private void requests() {
		this.functions.add(unsafe("http_request", "(i64, i64) -> i64", (g, k, a) -> one(send(g, k, a))));
		this.functions.add(unsafe("http_status_code", "() -> i32", (g, k, a) -> one(k.httpStatus())));
		this.functions.add(unsafe("http_headers", "() -> i64", (g, k, a) -> {
			byte[] headers = k.httpHeaders();
			return one((headers != null) ? k.put(g, headers) : 0);
		}));
	}

	private long send(HostContext guest, ExtismKernel kernel, long[] arguments) throws Exception {
		guest.requireCapability(ExtismHttp.CAPABILITY);
		if (this.http == null) {
			throw guest.fail(new SecurityViolationException(guest.moduleName(), null,
					"it sends an HTTP request, and is granted '" + ExtismHttp.CAPABILITY
							+ "', but the application offers no ExtismHttp that would send it; add a bean of that type",
					null));
		}
		String description = kernel.takeText(arguments[0], "an HTTP request");
		byte[] body = kernel.take(arguments[1], "the body of an HTTP request");
		ExtismHttp.Request request;
		try {
			request = HttpJson.request(description, body);
		}
		catch (IllegalArgumentException ex) {
			throw new GuestAbiException(guest.moduleName(), null,
					"the plug-in describes an HTTP request in a way that is not understood: " + ex.getMessage(), ex);
		}
		ExtismHttp.Response response = this.http.send(guest, request);
		kernel.answered(response);
		return kernel.put(guest, response.body());
	}

	private static long[] one(long value) {
		return new long[] { value };
	}

	private static long @Nullable [] none(Runnable effect) {
		effect.run();
		return NOTHING;
	}

}
