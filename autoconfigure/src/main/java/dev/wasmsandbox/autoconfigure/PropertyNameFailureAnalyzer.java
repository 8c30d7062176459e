package dev.wasmsandbox.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains the name of a property that would be read as another one.
 */
final class PropertyNameFailureAnalyzer extends AbstractFailureAnalyzer<PropertyNameException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, PropertyNameException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.action(), cause);
	}

}
