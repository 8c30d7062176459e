package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.WasmSandbox;

import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.core.env.Environment;

/**
 * Registers a {@link WasmSandbox} bean for each module in {@code wasm.modules}. It is run
 * when the application starts, also with ahead-of-time processed beans, so that modules
 * can be configured after the processing.
 */
final class WasmModuleBeanRegistrar implements BeanRegistrar {

	@Override
	public void register(BeanRegistry registry, Environment environment) {
		PropertyNames.requireKept(environment);
		for (String name : ModuleNames.configured(environment)) {
			registry.registerBean(name, WasmSandbox.class,
					(spec) -> spec.description("Module configured by " + ModuleNames.property(name))
						.supplier((context) -> context.bean(ConfiguredModules.class).load(name)));
		}
	}

	/** Whether the definition was registered here. */
	static boolean registered(BeanDefinition definition) {
		return WasmModuleBeanRegistrar.class.equals(definition.getSource());
	}

}
