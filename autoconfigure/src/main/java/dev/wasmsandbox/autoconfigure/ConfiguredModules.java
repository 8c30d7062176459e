package dev.wasmsandbox.autoconfigure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.WarmUpCall;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.abi.AbiChoice;
import dev.wasmsandbox.abi.ExtismSettings;
import dev.wasmsandbox.error.UnknownModuleException;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.spring.WasmModuleCustomizer;
import dev.wasmsandbox.wasi.WasiSettings;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.StringUtils;

/**
 * The modules in {@code wasm.modules}, checked as a whole when this is made and loaded
 * one by one when their beans are.
 */
final class ConfiguredModules {

	private final Map<String, Supplier<ModuleDefinition>> definitions = new LinkedHashMap<>();

	private final WasmSandboxes sandboxes;

	private final List<WasmModuleCustomizer> customizers;

	private final ResourceLoader resourceLoader;

	/**
	 * Checks the properties of all modules and of the defaults.
	 * @throws InvalidConfigurationPropertyValueException naming the first invalid one
	 */
	ConfiguredModules(WasmProperties properties, WasmSandboxes sandboxes, List<WasmModuleCustomizer> customizers,
			ResourceLoader resourceLoader) {
		this.sandboxes = sandboxes;
		this.customizers = List.copyOf(customizers);
		this.resourceLoader = resourceLoader;
		SandboxLimits limits = WasmSettings.limits("wasm.defaults.limits", properties.defaults().limits(),
				properties.defaults().profile().limits());
		PoolSettings pool = WasmSettings.pool("wasm.defaults.pool", properties.defaults().pool(),
				PoolSettings.defaults());
		properties.modules().forEach((name, module) -> add(name, module, limits, pool));
	}

	private void add(String name, WasmProperties.ModuleProperties module, SandboxLimits limits, PoolSettings pool) {
		String property = ModuleNames.property(name);
		String location = module.location();
		if (!StringUtils.hasText(location)) {
			throw new InvalidConfigurationPropertyValueException(ModuleNames.locationProperty(name), location,
					"A module needs a location, for example classpath:wasm/" + name + ".wasm");
		}
		SandboxLimits ownLimits = WasmSettings.limits(property, module, limits);
		PoolSettings ownPool = WasmSettings.pool(property + ".pool", module.pool(), pool);
		List<WarmUpCall> warmUp = WasmSettings.warmUp(property, module);
		WasiSettings wasi = WasiConfiguration.settings(property + ".wasi", module.wasi(), this.resourceLoader);
		this.definitions.put(name, () -> {
			ModuleDefinition.Builder builder = ModuleDefinition.named(name)
				.source(ModuleLocation.source(location, this.resourceLoader))
				.limits(ownLimits)
				.pool(ownPool)
				.snapshot(module.snapshot())
				.capabilities(module.capabilities())
				.abi(AbiChoice.named(module.abi()))
				.extism(new ExtismSettings(module.extism().config()));
			warmUp.forEach(builder::warmUp);
			module.globals().forEach(builder::global);
			if (wasi != null) {
				builder.wasi(wasi);
			}
			return customized(builder);
		});
	}

	private ModuleDefinition customized(ModuleDefinition.Builder builder) {
		this.customizers.forEach((customizer) -> customizer.customize(builder));
		return builder.build();
	}

	/** Loads one of the modules. */
	WasmSandbox load(String name) {
		Supplier<ModuleDefinition> definition = this.definitions.get(name);
		if (definition == null) {
			throw new UnknownModuleException(name, this.definitions.keySet());
		}
		return this.sandboxes.load(definition.get());
	}

}
