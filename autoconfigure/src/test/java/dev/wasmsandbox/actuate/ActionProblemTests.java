package dev.wasmsandbox.actuate;

import java.util.List;

import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.UnknownModuleException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Each failure of an action has the status that docs/endpoint.md names. */
class ActionProblemTests {

	static List<Arguments> failures() {
		return List.of(arguments(new UnknownModuleException("m", List.of()), 404),
				arguments(new IllegalArgumentException("no such action"), 400),
				arguments(new ModuleRejectedException("m", null, Reason.INCOMPATIBLE_EXPORTS, "lacks add", null), 409),
				arguments(new SandboxBusyException("m", null, "it is being reloaded already", null), 409),
				arguments(new IllegalStateException("it was unloaded"), 409),
				arguments(new ModuleRejectedException("m", null, Reason.MALFORMED, "is no module", null), 422),
				arguments(new SandboxInterruptedException("m", null, "interrupted", null), 503));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void eachFailureHasItsStatusAndSaysWhy(RuntimeException failure, int status) {
		ActionProblem problem = ActionProblem.of(failure);
		assertThat(problem.status()).isEqualTo(status);
		assertThat(problem.detail()).isEqualTo(failure.getMessage());
		assertThat(problem.title()).isNotBlank();
		assertThat(problem.reason())
			.isEqualTo((failure instanceof ModuleRejectedException rejected) ? rejected.reason() : null);
	}

}
