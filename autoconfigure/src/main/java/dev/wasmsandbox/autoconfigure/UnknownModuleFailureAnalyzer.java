package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.error.UnknownModuleException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains a look-up of a module that is not loaded.
 */
final class UnknownModuleFailureAnalyzer extends AbstractFailureAnalyzer<UnknownModuleException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnknownModuleException cause) {
		String bean = bean(rootFailure);
		return new FailureAnalysis(
				"A WebAssembly module named '" + cause.requested() + "' was asked for"
						+ ((bean != null) ? " by the bean '" + bean + "'" : "") + ", but none is loaded. "
						+ KnownModules.describe(cause.known()),
				KnownModules.action(cause.requested(), cause.known()), cause);
	}

	/** The innermost bean that could not be made. */
	private static @Nullable String bean(Throwable failure) {
		String name = null;
		for (Throwable candidate = failure; candidate != null; candidate = candidate.getCause()) {
			if (candidate instanceof BeanCreationException creation) {
				name = creation.getBeanName();
			}
		}
		return name;
	}

}
