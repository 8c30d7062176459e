package dev.wasmsandbox.guest;

import java.util.HashMap;
import java.util.Map;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;
import org.jspecify.annotations.Nullable;

/**
 * Finds the allocator of a lease. There is one for each lease, made at the first use and
 * seen by the session and by host functions alike.
 */
public final class SandboxAllocators {

	private SandboxAllocators() {
	}

	/**
	 * The allocator of a lease.
	 * @throws IllegalStateException if the lease is over, or is another thread's
	 */
	public static SandboxAllocator of(GuestInstance guest) {
		return guest.companion(SandboxAllocator.class, SandboxAllocators::choose);
	}

	/**
	 * The names of the functions by which a module lets others allocate, for example
	 * {@code malloc/free}; {@code null} if it exports none that {@link #of} would use.
	 */
	public static @Nullable String exportedBy(ModuleReport module) {
		Map<String, ModuleExport> functions = new HashMap<>();
		module.exportedFunctions().forEach((function) -> functions.put(function.name(), function));
		AllocatorExports exports = AllocatorExports.find(functions);
		return (exports != null) ? exports.names() : null;
	}

	private static SandboxAllocator choose(GuestInstance guest) {
		@Nullable AllocatorExports exports = AllocatorExports.find(guest.module());
		return (exports != null) ? new GuestAllocator(guest, exports) : new ArenaAllocator(guest);
	}

}
