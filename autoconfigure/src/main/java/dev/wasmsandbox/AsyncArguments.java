package dev.wasmsandbox;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

import dev.wasmsandbox.abi.AbiCall;
import dev.wasmsandbox.abi.ValueKind;
import dev.wasmsandbox.client.ClientMethod;
import dev.wasmsandbox.error.GuestAbiException;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what is passed to asynchronous calls. What their threads could not read is
 * refused at once, not when the call's turn has come.
 */
final class AsyncArguments {

	/** Owns nothing, so it may read what all threads may; never started. */
	private static final Thread ANY_OTHER = Thread.ofPlatform().unstarted(() -> {
	});

	private AsyncArguments() {
	}

	/**
	 * Checks the arguments of a call.
	 * @throws GuestAbiException if one lies in memory that a single thread may use
	 */
	static void requireReadable(String module, String function, @Nullable Object[] arguments) {
		for (int i = 0; i < arguments.length; i++) {
			requireReadable(module, function, i, arguments[i]);
		}
	}

	/** As {@link #requireReadable(String, String, Object[])}, of a client's call. */
	static void requireReadable(String module, ClientMethod method, AbiCall call) {
		for (int i = 0; i < call.size(); i++) {
			if (method.parameters().get(i).kind() == ValueKind.BYTES) {
				requireReadable(module, method.function(), i, call.value(i));
			}
		}
	}

	private static void requireReadable(String module, String function, int index, @Nullable Object argument) {
		MemorySegment memory = switch (argument) {
			case MemorySegment segment -> segment;
			case ByteBuffer buffer when buffer.isDirect() -> MemorySegment.ofBuffer(buffer);
			case null, default -> null;
		};
		if (memory != null && !memory.isAccessibleBy(ANY_OTHER)) {
			throw new GuestAbiException(module, function, "argument " + (index + 1)
					+ " lies in memory that only one thread may use, but an asynchronous call runs on another; pass one of"
					+ " Arena.ofShared() or Arena.ofAuto(), or a copy", null);
		}
	}

}
