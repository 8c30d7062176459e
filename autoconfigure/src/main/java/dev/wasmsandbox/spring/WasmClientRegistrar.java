package dev.wasmsandbox.spring;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;

import dev.wasmsandbox.WasmClient;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/**
 * Registers a bean for each interface that {@link ImportWasmClients} names or finds, by
 * the interface's name. Ahead-of-time processing runs it, and the processed application
 * neither scans nor runs it again.
 */
final class WasmClientRegistrar implements ImportBeanDefinitionRegistrar {

	private final Environment environment;

	private final ResourceLoader resourceLoader;

	WasmClientRegistrar(Environment environment, ResourceLoader resourceLoader) {
		this.environment = environment;
		this.resourceLoader = resourceLoader;
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
		importing.getAnnotations()
			.stream(ImportWasmClients.class)
			.forEach((annotation) -> register(annotation, importing, registry));
	}

	private void register(MergedAnnotation<ImportWasmClients> annotation, AnnotationMetadata importing,
			BeanDefinitionRegistry registry) {
		Set<String> clients = new LinkedHashSet<>(Arrays.asList(annotation.getStringArray("clients")));
		Set<String> packages = new LinkedHashSet<>(Arrays.asList(annotation.getStringArray("basePackages")));
		Stream.of(annotation.getStringArray("basePackageClasses"))
			.map(ClassUtils::getPackageName)
			.forEach(packages::add);
		if (clients.isEmpty() && packages.isEmpty()) {
			packages.add(ClassUtils.getPackageName(importing.getClassName()));
		}
		packages.forEach((name) -> scan(name, clients));
		clients.forEach((client) -> register(client, registry));
	}

	private void scan(String packageName, Set<String> clients) {
		ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false,
				this.environment) {

			@Override
			protected boolean isCandidateComponent(AnnotatedBeanDefinition definition) {
				return definition.getMetadata().isInterface() && definition.getMetadata().isIndependent();
			}

		};
		scanner.setResourceLoader(this.resourceLoader);
		scanner.addIncludeFilter(new AnnotationTypeFilter(WasmClient.class, false));
		scanner.findCandidateComponents(packageName)
			.stream()
			.map(BeanDefinition::getBeanClassName)
			.forEach((name) -> clients.add(String.valueOf(name)));
	}

	private static void requireClient(Class<?> type) {
		WasmClient annotation = type.getAnnotation(WasmClient.class);
		if (!type.isInterface() || type.isAnnotation()) {
			throw new InvalidClientException(type.getName(), "is no interface");
		}
		if (type.isSealed()) {
			throw new InvalidClientException(type.getName(), "is sealed, so that no class can be made of it");
		}
		if (annotation == null) {
			throw new InvalidClientException(type.getName(), "has no such annotation");
		}
		if (annotation.value().isBlank()) {
			throw new InvalidClientException(type.getName(), "names none");
		}
	}

	private void register(String className, BeanDefinitionRegistry registry) {
		if (registry.containsBeanDefinition(className)) {
			return;
		}
		Class<?> client = ClassUtils.resolveClassName(className, this.resourceLoader.getClassLoader());
		requireClient(client);
		RootBeanDefinition definition = new RootBeanDefinition(WasmClientFactoryBean.class);
		// By its name, because code that is generated ahead of time may not see the type.
		definition.getConstructorArgumentValues().addIndexedArgumentValue(0, className);
		definition.setAttribute(FactoryBean.OBJECT_TYPE_ATTRIBUTE, client);
		definition.setDescription("Client of the module '" + client.getAnnotation(WasmClient.class).value() + "'");
		registry.registerBeanDefinition(className, definition);
	}

}
