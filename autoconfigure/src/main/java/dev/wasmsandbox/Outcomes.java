package dev.wasmsandbox;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.SecurityViolationException;
import dev.wasmsandbox.observe.Outcome;

/** Says under which outcome a failure is counted. */
final class Outcomes {

	private Outcomes() {
	}

	static Outcome of(Throwable failure) {
		return switch (failure) {
			case SandboxTrapException _ -> Outcome.TRAP;
			case SandboxTimeoutException _ -> Outcome.TIMEOUT;
			case SandboxInterruptedException _ -> Outcome.INTERRUPTED;
			case SandboxLimitException _ -> Outcome.LIMIT;
			case SandboxBusyException _ -> Outcome.BUSY;
			case GuestAbiException _ -> Outcome.ABI;
			case SecurityViolationException _ -> Outcome.SECURITY;
			case ModuleRejectedException _ -> Outcome.REJECTED;
			default -> Outcome.ERROR;
		};
	}

}
