package dev.wasmsandbox.autoconfigure;

import java.lang.annotation.Annotation;
import java.util.List;
import java.util.stream.Stream;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.spring.WasmModule;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.InjectionPoint;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Explains the injection of a {@link WasmSandbox} that does not exist. Comes before
 * Spring Boot's own analyzer, which does not know the names of modules.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class MissingSandboxFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException> {

	private final @Nullable BeanFactory beanFactory;

	MissingSandboxFailureAnalyzer(@Nullable BeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause,
			@Nullable String injectionPoint) {
		if (cause instanceof NoUniqueBeanDefinitionException || !WasmSandbox.class.equals(cause.getBeanType())) {
			return null;
		}
		String requested = requested(rootFailure);
		List<String> known = known();
		String consumer = (injectionPoint != null) ? injectionPoint : "A bean";
		String description = (requested != null)
				? consumer + " requires the WebAssembly module '" + requested + "', which does not exist. "
				: consumer + " requires a WebAssembly module. ";
		return new FailureAnalysis(description + KnownModules.describe(known), KnownModules.action(requested, known),
				cause);
	}

	private List<String> known() {
		return (this.beanFactory instanceof ListableBeanFactory listable)
				? Stream.of(listable.getBeanNamesForType(WasmSandbox.class, true, false)).sorted().toList() : List.of();
	}

	/** The name in the qualifier of the innermost injection point that has one. */
	private static @Nullable String requested(Throwable failure) {
		String name = null;
		for (Throwable candidate = failure; candidate != null; candidate = candidate.getCause()) {
			if (candidate instanceof UnsatisfiedDependencyException unsatisfied) {
				InjectionPoint point = unsatisfied.getInjectionPoint();
				name = (point != null) ? qualifier(point) : null;
			}
		}
		return name;
	}

	private static @Nullable String qualifier(InjectionPoint point) {
		for (Annotation annotation : point.getAnnotations()) {
			if (annotation instanceof WasmModule module) {
				return module.value();
			}
			if (annotation instanceof Qualifier qualifier) {
				return qualifier.value();
			}
		}
		return null;
	}

}
