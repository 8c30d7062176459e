package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.error.UnknownAbiException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains a module that is to follow a convention that nobody knows.
 */
final class UnknownAbiFailureAnalyzer extends AbstractFailureAnalyzer<UnknownAbiException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnknownAbiException cause) {
		String property = ModuleNames.property(String.valueOf(cause.moduleName())) + ".abi";
		return new FailureAnalysis(
				"The WebAssembly module '" + cause.moduleName() + "' is to follow the convention '" + cause.requested()
						+ "', which is not known. Known are: " + String.join(", ", cause.known()) + ".",
				"Correct the property '" + property + "', leave it out to have the module recognised, or define a bean "
						+ "of type dev.wasmsandbox.abi.GuestAbi whose name is '" + cause.requested() + "'.",
				cause);
	}

}
