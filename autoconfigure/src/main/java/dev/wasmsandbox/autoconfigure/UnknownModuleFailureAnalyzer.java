package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.error.UnknownModuleException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains a look-up of a module that is not loaded.
 */
final class UnknownModuleFailureAnalyzer extends AbstractFailureAnalyzer<UnknownModuleException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnknownModuleException cause) {
		return new FailureAnalysis(
				"A WebAssembly module named '" + cause.requested() + "' was asked for, but none is loaded. "
						+ KnownModules.describe(cause.known()),
				KnownModules.action(cause.requested(), cause.known()), cause);
	}

}
