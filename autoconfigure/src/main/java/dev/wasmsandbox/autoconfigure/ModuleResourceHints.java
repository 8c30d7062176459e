package dev.wasmsandbox.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

/**
 * Ahead of time, hints at the class path resources that hold the configured modules.
 */
final class ModuleResourceHints implements BeanFactoryInitializationAotProcessor {

	@Override
	public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
			ConfigurableListableBeanFactory beanFactory) {
		if (beanFactory.getBeanNamesForType(ConfiguredModules.class, true, false).length == 0) {
			return null;
		}
		List<String> resources = resources(beanFactory.getBean(Environment.class));
		return (context, code) -> resources
			.forEach((resource) -> context.getRuntimeHints().resources().registerPattern(resource));
	}

	private static List<String> resources(Environment environment) {
		return Binder.get(environment)
			.bind(ModuleNames.MODULES, Bindable.mapOf(String.class, WasmProperties.ModuleProperties.class))
			.orElse(Map.of())
			.values()
			.stream()
			.map(WasmProperties.ModuleProperties::location)
			.filter(Objects::nonNull)
			.filter((location) -> location.startsWith(ResourceLoader.CLASSPATH_URL_PREFIX))
			.map((location) -> location.substring(ResourceLoader.CLASSPATH_URL_PREFIX.length()))
			.map((path) -> path.startsWith("/") ? path.substring(1) : path)
			.toList();
	}

}
