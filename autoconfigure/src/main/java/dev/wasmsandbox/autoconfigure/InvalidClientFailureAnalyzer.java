package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.WasmClient;
import dev.wasmsandbox.spring.ImportWasmClients;
import dev.wasmsandbox.spring.InvalidClientException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains a type that is to be an injected client and cannot.
 */
final class InvalidClientFailureAnalyzer extends AbstractFailureAnalyzer<InvalidClientException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidClientException cause) {
		return new FailureAnalysis(
				"A client of a WebAssembly module is an interface with @" + WasmClient.class.getSimpleName()
						+ " that names the module, but " + cause.client() + " " + cause.problem() + ".",
				"Correct " + cause.client() + ", for example @" + WasmClient.class.getSimpleName()
						+ "(\"<name>\") on an interface, or take it out of @" + ImportWasmClients.class.getSimpleName()
						+ ".",
				cause);
	}

}
