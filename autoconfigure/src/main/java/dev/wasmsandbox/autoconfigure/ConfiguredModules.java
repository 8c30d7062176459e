package dev.wasmsandbox.autoconfigure;

import java.nio.file.Path;
import java.util.ArrayList;
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
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.StringUtils;

/**
 * The modules in {@code wasm.modules}, checked as a whole when this is made and loaded
 * one by one when their beans are.
 */
final class ConfiguredModules {

	private final Map<String, Supplier<ModuleDefinition>> definitions = new LinkedHashMap<>();

	private final List<WatchedFile> watched = new ArrayList<>();

	private final WasmSandboxes sandboxes;

	private final List<WasmModuleCustomizer> customizers;

	private final ResourceLoader resourceLoader;

	private final Environment environment;

	/**
	 * Checks the properties of all modules and of the defaults.
	 * @throws InvalidConfigurationPropertyValueException naming the first invalid one
	 */
	ConfiguredModules(WasmProperties properties, WasmSandboxes sandboxes, List<WasmModuleCustomizer> customizers,
			ResourceLoader resourceLoader, Environment environment) {
		this.sandboxes = sandboxes;
		this.customizers = List.copyOf(customizers);
		this.resourceLoader = resourceLoader;
		this.environment = environment;
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
		if (module.watch()) {
			watch(name, location);
		}
		SandboxLimits ownLimits = WasmSettings.limits(property, module, limits);
		PoolSettings ownPool = WasmSettings.pool(property + ".pool", module.pool(), pool);
		List<WarmUpCall> warmUp = WasmSettings.warmUp(property, module);
		WasiSettings wasi = WasiConfiguration.settings(property + ".wasi", module.wasi(), this.resourceLoader);
		List<String> capabilities = WasmSettings.capabilities(property, module);
		String written = PropertyOrigin.writtenLocation(this.environment, name, location);
		this.definitions.put(name, () -> {
			ModuleDefinition.Builder builder = ModuleDefinition.named(name)
				.source(ModuleLocation.source(location, written, this.resourceLoader))
				.limits(ownLimits)
				.pool(ownPool)
				.snapshot(module.snapshot())
				.capabilities(capabilities)
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

	private void watch(String name, String location) {
		Path file = ModuleLocation.file(location, this.resourceLoader);
		if (file != null) {
			this.watched.add(new WatchedFile(name, file));
		}
		else if (!ModuleLocation.missing(location, this.resourceLoader)) {
			throw new InvalidConfigurationPropertyValueException(ModuleNames.property(name) + ".watch", true,
					"Only files can be watched, but '" + ModuleLocation.withoutSecrets(location)
							+ "' is none: it is inside an archive, or not on this machine. Use a location that begins "
							+ "with 'file:', or do not watch the module");
		}
	}

	/** The files of the modules that are watched. */
	List<WatchedFile> watched() {
		return List.copyOf(this.watched);
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
