package dev.wasmsandbox.autoconfigure;

import java.util.stream.Collectors;

import dev.wasmsandbox.error.ClientMismatchException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains a typed client that does not fit its module.
 */
final class ClientMismatchFailureAnalyzer extends AbstractFailureAnalyzer<ClientMismatchException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, ClientMismatchException cause) {
		String problems = cause.problems()
			.stream()
			.map((problem) -> "    - " + problem)
			.collect(Collectors.joining(System.lineSeparator()));
		return new FailureAnalysis(
				"The client " + cause.client() + " does not fit the WebAssembly module '" + cause.moduleName() + "':"
						+ System.lineSeparator() + System.lineSeparator() + problems,
				"Correct the methods, or name the exports they stand for with @WasmExport, or set the property '"
						+ ModuleNames.locationProperty(String.valueOf(cause.moduleName()))
						+ "' to a version of the module that exports such functions.",
				cause);
	}

}
