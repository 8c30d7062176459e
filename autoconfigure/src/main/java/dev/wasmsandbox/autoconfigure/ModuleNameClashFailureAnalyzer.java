package dev.wasmsandbox.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionOverrideException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Explains a module with the name of another bean. Comes before Spring Boot's own
 * analyzer, which would recommend to let one replace the other.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ModuleNameClashFailureAnalyzer extends AbstractFailureAnalyzer<BeanDefinitionOverrideException> {

	private final @Nullable Environment environment;

	ModuleNameClashFailureAnalyzer(@Nullable Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BeanDefinitionOverrideException cause) {
		if (WasmModuleBeanRegistrar.registered(cause.getBeanDefinition())) {
			return analysis(cause, cause.getExistingDefinition());
		}
		if (WasmModuleBeanRegistrar.registered(cause.getExistingDefinition())) {
			return analysis(cause, cause.getBeanDefinition());
		}
		return null;
	}

	private FailureAnalysis analysis(BeanDefinitionOverrideException cause, BeanDefinition other) {
		String name = cause.getBeanName();
		String property = PropertyOrigin.ofLocation(this.environment, name);
		String description = "The WebAssembly module '" + name + "', configured by "
				+ ((property != null) ? property : "'" + ModuleNames.property(name) + "'")
				+ ", becomes a bean of that name, but there is another bean named '" + name + "': " + describe(other)
				+ ".";
		return new FailureAnalysis(description,
				"Rename the module (the last part of '" + ModuleNames.property(name) + "') or the other bean.", cause);
	}

	private static String describe(BeanDefinition other) {
		String what = "defined";
		if (other.getFactoryMethodName() != null) {
			what = "the method " + other.getFactoryMethodName() + "()";
		}
		else if (other.getBeanClassName() != null) {
			what = "the class " + other.getBeanClassName();
		}
		return (other.getResourceDescription() != null) ? what + " in " + other.getResourceDescription() : what;
	}

}
