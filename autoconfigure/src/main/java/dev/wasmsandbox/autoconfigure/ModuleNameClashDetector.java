package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.WasmSandbox;

import org.springframework.beans.factory.support.BeanDefinitionOverrideException;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Refuses a module with the name of a bean that is already defined, also where
 * {@code spring.main.allow-bean-definition-overriding} would let the module replace it.
 * Imported before the {@link WasmModuleBeanRegistrar}, which cannot see other beans.
 */
final class ModuleNameClashDetector implements ImportBeanDefinitionRegistrar {

	private final Environment environment;

	ModuleNameClashDetector(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
		for (String name : ModuleNames.configured(this.environment)) {
			if (registry.containsBeanDefinition(name)) {
				RootBeanDefinition module = new RootBeanDefinition(WasmSandbox.class);
				module.setSource(WasmModuleBeanRegistrar.class);
				throw new BeanDefinitionOverrideException(name, module, registry.getBeanDefinition(name));
			}
		}
	}

}
