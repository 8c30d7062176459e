package dev.wasmsandbox.actuate;

import dev.wasmsandbox.error.GuestText;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.UnknownModuleException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Why an action was not done, in the form of RFC 9457. Whatever it says, the module is as
 * it was before.
 *
 * @param title what happened, in few words
 * @param status the HTTP status
 * @param detail what happened, and what to do
 * @param reason why a version was refused; absent for everything else
 */
public record ActionProblem(String title, int status, String detail,
		@Nullable Reason reason) implements OperationResponseBody {

	static ActionProblem of(RuntimeException failure) {
		// What was asked for is part of it.
		String detail = GuestText.shown(String.valueOf(failure.getMessage()));
		return switch (failure) {
			case UnknownModuleException _ -> new ActionProblem("Unknown module", 404, detail, null);
			case IllegalArgumentException _ -> new ActionProblem("The action cannot be done so", 400, detail, null);
			case ModuleRejectedException rejected ->
				new ActionProblem("The version is refused; the former one stays in service",
						(rejected.reason() == Reason.INCOMPATIBLE_EXPORTS) ? 409 : 422, detail, rejected.reason());
			case SandboxBusyException _ -> new ActionProblem("Another action is under way", 409, detail, null);
			case IllegalStateException _ -> new ActionProblem("The module was unloaded", 409, detail, null);
			case SandboxLimitException _, SandboxTimeoutException _, SandboxInterruptedException _ ->
				new ActionProblem("There is no room or no time for it at the moment", 503, detail, null);
			default -> new ActionProblem("The version is refused; the former one stays in service", 422, detail, null);
		};
	}

}
