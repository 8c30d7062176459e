package dev.wasmsandbox.engine;

import java.util.Map;

import com.dylibso.chicory.runtime.ChicoryInterruptedException;
import com.dylibso.chicory.runtime.WasmException;
import com.dylibso.chicory.wasm.ChicoryException;
import dev.wasmsandbox.error.GuestExitException;
import dev.wasmsandbox.error.GuestText;
import dev.wasmsandbox.error.HostFunctionException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.TrapKind;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.memory.MemoryAccessException;
import org.jspecify.annotations.Nullable;

/**
 * Turns whatever a guest's run throws into this library's exceptions. The engine names
 * traps by message only, in the words of the specification's test suite.
 */
final class FailureMapper {

	private static final Map<String, TrapKind> TRAPS = Map.ofEntries(
			Map.entry("Trapped on unreachable instruction", TrapKind.UNREACHABLE),
			Map.entry("out of bounds memory access", TrapKind.MEMORY_OUT_OF_BOUNDS),
			Map.entry("out of bounds table access", TrapKind.TABLE_OUT_OF_BOUNDS),
			Map.entry("undefined element", TrapKind.TABLE_OUT_OF_BOUNDS),
			Map.entry("uninitialized element", TrapKind.TABLE_OUT_OF_BOUNDS),
			Map.entry("indirect call type mismatch", TrapKind.INDIRECT_CALL_TYPE_MISMATCH),
			Map.entry("integer divide by zero", TrapKind.INTEGER_DIVIDE_BY_ZERO),
			Map.entry("integer overflow", TrapKind.INTEGER_OVERFLOW),
			Map.entry("invalid conversion to integer", TrapKind.INVALID_CONVERSION),
			Map.entry("call stack exhausted", TrapKind.CALL_STACK_EXHAUSTED),
			Map.entry("null reference", TrapKind.NULL_REFERENCE),
			Map.entry("null function reference", TrapKind.NULL_REFERENCE));

	private static final String EXHAUSTED = "call stack exhausted: it calls itself without end, or deeper than "
			+ "the stack of the calling thread allows (-Xss, or a thread made with a larger stack)";

	/** Of more calls within one another the causes would be the same, line by line. */
	private static final int MOST_WITHIN = 8;

	private FailureMapper() {
	}

	/**
	 * Maps a failure.
	 * @param refusedBytes the memory the guest asked for in vain, 0 if none: a guest that
	 * gives up for want of memory traps, and its user should learn why
	 */
	static WasmSandboxException map(Throwable thrown, String module, @Nullable String function, SandboxLimits limits,
			long refusedBytes) {
		return switch (thrown) {
			case WasmSandboxException ours -> ours;
			case GuestStopped stopped -> stopped(stopped, module, function, limits);
			case GuestExit exit -> new GuestExitException(module, function, exit.code());
			case HostFailure host -> host(host, module, function);
			case MemoryAccessException access ->
				trap(TrapKind.MEMORY_OUT_OF_BOUNDS, access, module, function, access.getMessage());
			case StackOverflowError _ -> trap(TrapKind.CALL_STACK_EXHAUSTED, null, module, function, EXHAUSTED);
			case ChicoryInterruptedException interrupted -> interrupted(module, function, interrupted);
			case WasmException uncaught -> trap(TrapKind.UNCAUGHT_EXCEPTION, uncaught, module, function,
					"an exception of the guest was not caught");
			case ChicoryException engine when kind(engine) == TrapKind.CALL_STACK_EXHAUSTED ->
				trap(TrapKind.CALL_STACK_EXHAUSTED, withoutDeepStack(engine), module, function, EXHAUSTED);
			case ChicoryException engine ->
				trap(kind(engine), engine, module, function, engine.getMessage() + hint(refusedBytes, limits));
			case OutOfMemoryError memory -> new SandboxLimitException(module, function, "heap", 0, 0,
					"the JVM's heap was exhausted while the guest ran: " + memory.getMessage(), memory);
			default -> trap(TrapKind.OTHER, thrown, module, function,
					"the engine failed with " + thrown.getClass().getSimpleName() + ": " + thrown.getMessage());
		};
	}

	private static WasmSandboxException stopped(GuestStopped stopped, String module, @Nullable String function,
			SandboxLimits limits) {
		return switch (stopped.reason()) {
			case TIMEOUT -> new SandboxTimeoutException(module, function, limits.callTimeout(),
					((function != null) ? "" : "its start function was ") + "stopped after limits.call-timeout of "
							+ limits.callTimeout().toMillis() + " ms; raise it if the work is legitimate",
					null);
			case INTERRUPTED -> interrupted(module, function, null);
			case OUTER_TIMEOUT ->
				new SandboxTimeoutException(module, function, limits.callTimeout(), ((function != null) ? ""
						: "its start function was ")
						+ "stopped because the time of an outer call ended: a host function of that one called this "
						+ "module; its limits.call-timeout counts for both", null);
			case FUEL -> new SandboxLimitException(module, function, "limits.fuel", limits.fuel(), limits.fuel() + 1,
					((function != null) ? "" : "its start function was ") + "stopped after the " + limits.fuel()
							+ " units of work that limits.fuel allows a call; raise it if the work is legitimate",
					null);
			case CANCELLED -> new SandboxInterruptedException(module, function, "the call was cancelled", null);
		};
	}

	private static WasmSandboxException interrupted(String module, @Nullable String function,
			@Nullable Throwable cause) {
		return new SandboxInterruptedException(module, function,
				"the calling thread was interrupted while the guest ran; its interrupt status is still set", cause);
	}

	private static WasmSandboxException host(HostFailure failure, String module, @Nullable String function) {
		Throwable cause = failure.getCause();
		Throwable first = first(cause);
		int within = (cause instanceof HostFunctionException inner && inner.getCause() != null)
				? inner.callsWithin() + 1 : 0;
		String where = switch (within) {
			case 0 -> "";
			case 1 -> " (one call of a sandbox further in)";
			default -> " (" + within + " calls of sandboxes further in)";
		};
		return new HostFunctionException(module, function,
				"the host function " + failure.function() + " threw " + GuestText.shown(String.valueOf(first)) + where,
				(within > MOST_WITHIN) ? first : cause, within);
	}

	/**
	 * What began it: where host functions call sandboxes whose host functions call
	 * others, each would repeat what the inner ones say.
	 */
	private static @Nullable Throwable first(@Nullable Throwable thrown) {
		Throwable first = thrown;
		while (first instanceof HostFunctionException && first.getCause() != null) {
			first = first.getCause();
		}
		return first;
	}

	private static WasmSandboxException trap(TrapKind kind, @Nullable Throwable cause, String module,
			@Nullable String function, @Nullable String message) {
		return new SandboxTrapException(module, function, kind, "the guest trapped: " + message, cause);
	}

	private static String hint(long refusedBytes, SandboxLimits limits) {
		return (refusedBytes == 0) ? "" : " (before that it asked for " + refusedBytes
				+ " bytes of memory in vain; limits.memory is " + limits.memoryBytes()
				+ ((refusedBytes > limits.memoryBytes()) ? ")"
						: ", so its declared maximum, wasm.limits.total-memory, its tenant's quota or the system refused)");
	}

	private static TrapKind kind(ChicoryException engine) {
		String message = String.valueOf(engine.getMessage());
		for (Map.Entry<String, TrapKind> entry : TRAPS.entrySet()) {
			if (message.startsWith(entry.getKey())) {
				return entry.getValue();
			}
		}
		return TrapKind.OTHER;
	}

	/** A stack overflow's trace is as deep as the stack was; it says nothing more. */
	private static @Nullable Throwable withoutDeepStack(ChicoryException engine) {
		return (engine.getCause() instanceof StackOverflowError) ? null : engine;
	}

}
