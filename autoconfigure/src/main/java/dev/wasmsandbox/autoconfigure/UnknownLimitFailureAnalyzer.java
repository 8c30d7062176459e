package dev.wasmsandbox.autoconfigure;

import java.util.Arrays;
import java.util.stream.Collectors;

import dev.wasmsandbox.limits.ModuleLimit;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.convert.ConversionFailedException;

/**
 * Explains a property below {@code limits.module} that is no limit. Comes before Spring
 * Boot's own analyzer, which shows the property that was bound before.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class UnknownLimitFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		ConversionFailedException failed = findCause(cause, ConversionFailedException.class);
		if (failed == null || failed.getTargetType().getType() != ModuleLimit.class) {
			return null;
		}
		return new FailureAnalysis("Unknown property '" + cause.getName() + "." + failed.getValue() + "'.",
				"Correct the name or remove the property. The limits below '" + cause.getName() + "' are "
						+ Arrays.stream(ModuleLimit.values()).map(ModuleLimit::text).collect(Collectors.joining(", "))
						+ ".",
				cause);
	}

}
