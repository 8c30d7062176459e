package dev.wasmsandbox.guest;

import dev.wasmsandbox.engine.GuestInstance;
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

	private static SandboxAllocator choose(GuestInstance guest) {
		@Nullable AllocatorExports exports = AllocatorExports.find(guest.module());
		return (exports != null) ? new GuestAllocator(guest, exports) : new ArenaAllocator(guest);
	}

}
