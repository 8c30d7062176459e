package dev.wasmsandbox.abi;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;

import dev.wasmsandbox.error.SecurityViolationException;
import dev.wasmsandbox.guest.HostContext;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.screen.Utf8;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * The functions that waPC's host offers guests. All data are copied, and every address is
 * checked by the guest's memory.
 */
final class WapcFunctions {

	static final String MODULE = "wapc";

	private static final byte[] NOTHING = {};

	private final Function<HostContext, WapcExchange> exchanges;

	private final @Nullable WapcHost host;

	WapcFunctions(Function<HostContext, WapcExchange> exchanges, @Nullable WapcHost host) {
		this.exchanges = exchanges;
		this.host = host;
	}

	/** What one of them does that answers nothing. */
	@FunctionalInterface
	private interface Effect {

		void run(HostContext guest, WapcExchange exchange, long[] arguments) throws Exception;

	}

	/** What one of them answers. */
	@FunctionalInterface
	private interface Answer {

		int of(HostContext guest, WapcExchange exchange, long[] arguments) throws Exception;

	}

	List<HostFunction> all() {
		return List.of(effect("__guest_request", "(i32, i32) -> ()", (g, x, a) -> {
			write(g, (int) a[0], x.operation());
			write(g, (int) a[1], x.payload());
		}), effect("__guest_response", "(i32, i32) -> ()", (g, x, a) -> x.response(bytes(g, a, 0))),
				effect("__guest_error", "(i32, i32) -> ()", (g, x, a) -> x.error(bytes(g, a, 0))),
				answer("__host_call", "(i32, i32, i32, i32, i32, i32, i32, i32) -> i32", this::callHost),
				answer("__host_response_len", "() -> i32", (g, x, a) -> x.hostResponse().length),
				effect("__host_response", "(i32) -> ()", (g, x, a) -> write(g, (int) a[0], x.hostResponse())),
				answer("__host_error_len", "() -> i32", (g, x, a) -> x.hostError().length),
				effect("__host_error", "(i32) -> ()", (g, x, a) -> write(g, (int) a[0], x.hostError())),
				effect("__console_log", "(i32, i32) -> ()", (g, x, a) -> x.log().log(Level.INFO, text(g, a, 0)))
					.safeForSnapshot());
	}

	private HostFunction effect(String name, String signature, Effect effect) {
		return HostFunction.of(MODULE, name, signature, (guest, arguments) -> {
			effect.run(guest, this.exchanges.apply(guest), arguments);
			return null;
		});
	}

	private HostFunction answer(String name, String signature, Answer answer) {
		return HostFunction.of(MODULE, name, signature,
				(guest, arguments) -> new long[] { answer.of(guest, this.exchanges.apply(guest), arguments) });
	}

	private static void write(HostContext guest, int address, byte[] bytes) {
		if (bytes.length > 0) {
			guest.memory().writeBytes(address, bytes);
		}
	}

	private static byte[] bytes(HostContext guest, long[] arguments, int at) {
		return guest.memory().readBytes((int) arguments[at], (int) arguments[at + 1]);
	}

	/** By names the host decides, so none may look like another one. */
	private static String name(HostContext guest, long[] arguments, int at, String what) {
		return Utf8.decode(guest.moduleName(), null, "the " + what + " of its call to the host",
				bytes(guest, arguments, at));
	}

	/** Text to be shown, in which anything may stand. */
	private static String text(HostContext guest, long[] arguments, int at) {
		return new String(bytes(guest, arguments, at), StandardCharsets.UTF_8);
	}

	private int callHost(HostContext guest, WapcExchange exchange, long[] arguments) throws Exception {
		exchange.answered(NOTHING, NOTHING);
		guest.requireCapability(WapcHost.CAPABILITY);
		if (this.host == null) {
			throw guest.fail(new SecurityViolationException(guest.moduleName(), null,
					"it calls its host, and is granted '" + WapcHost.CAPABILITY
							+ "', but the application offers no WapcHost that would answer; add a bean of that type",
					null));
		}
		try {
			byte[] answer = this.host.call(guest, name(guest, arguments, 0, "binding"),
					name(guest, arguments, 2, "namespace"), name(guest, arguments, 4, "operation"),
					bytes(guest, arguments, 6));
			exchange.answered(answer, NOTHING);
			return 1;
		}
		catch (WapcRefusal ex) {
			exchange.answered(NOTHING,
					Utf8.encode(guest.moduleName(), null, "the text of a refusal", String.valueOf(ex.getMessage())));
			return 0;
		}
	}

}
