package dev.wasmsandbox.autoconfigure;

import java.util.Collection;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Explains a property below {@code wasm} that does not exist. Comes before Spring Boot's
 * own analyzer, which shows the target of the binding as well.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class UnknownPropertyFailureAnalyzer extends AbstractFailureAnalyzer<UnboundConfigurationPropertiesException> {

	private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("wasm");

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, UnboundConfigurationPropertiesException cause) {
		Collection<ConfigurationProperty> unknown = cause.getUnboundProperties();
		if (!unknown.stream().allMatch((property) -> ROOT.isAncestorOf(property.getName()))) {
			return null;
		}
		return new FailureAnalysis(
				unknown.stream().map(UnknownPropertyFailureAnalyzer::describe).collect(Collectors.joining("\n")),
				"Correct the name"
						+ (unknown.stream().anyMatch((property) -> "".equals(property.getValue())) ? " or the value,"
								: "")
						+ " or remove the property. A module's name with dots or other special characters is "
						+ "written in brackets: wasm.modules[my.module].location.",
				cause);
	}

	private static String describe(ConfigurationProperty property) {
		boolean empty = "".equals(property.getValue());
		String name = (empty ? "An empty value, which is none, for the property '" : "Unknown property '")
				+ property.getName() + "'";
		return (property.getOrigin() != null) ? name + " (" + property.getOrigin() + ")." : name + ".";
	}

}
