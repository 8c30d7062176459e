package dev.wasmsandbox.abi;

import java.util.HashMap;
import java.util.Map;

import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.guest.HostMemory;
import org.jspecify.annotations.Nullable;

/**
 * The variables of an Extism plug-in during one lease. Names and values together never
 * take more than a mebibyte, which is Extism's own limit.
 */
final class ExtismVariables {

	/** The most bytes of all of them. */
	static final int LIMIT = 1 << 20;

	/** What each counts besides name and value, so that very many small ones end, too. */
	private static final int EACH = 48;

	private final Map<String, byte[]> values = new HashMap<>();

	/** Where is counted what they take. */
	private final HostMemory room;

	private long size;

	/** As much as they took at the most. */
	private long counted;

	ExtismVariables(HostMemory room) {
		this.room = room;
	}

	byte @Nullable [] get(String name) {
		return this.values.get(name);
	}

	void remove(String name) {
		byte[] before = this.values.remove(name);
		if (before != null) {
			this.size -= size(name, before);
		}
	}

	/**
	 * Sets one.
	 * @return how many bytes all of them would take; if that is more than the limit,
	 * nothing was changed
	 * @throws SandboxLimitException if the host has no room; nothing was changed
	 */
	long set(String name, byte[] value) {
		byte[] before = this.values.get(name);
		long after = this.size + size(name, value) - ((before != null) ? size(name, before) : 0);
		if (after <= LIMIT) {
			if (after > this.counted) {
				this.room.take(after - this.counted);
				this.counted = after;
			}
			this.values.put(name, value);
			this.size = after;
		}
		return after;
	}

	private static long size(String name, byte[] value) {
		return 2L * name.length() + value.length + EACH;
	}

}
