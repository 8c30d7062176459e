package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.WasmSandboxesBuilder;
import dev.wasmsandbox.abi.ExtismHttp;
import dev.wasmsandbox.abi.GuestAbi;
import dev.wasmsandbox.abi.PluginHosts;
import dev.wasmsandbox.abi.WapcHost;
import dev.wasmsandbox.codec.ValueCodec;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.metrics.PerformanceMetrics;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.observe.CallTracer;
import dev.wasmsandbox.observe.SecurityListener;
import dev.wasmsandbox.spring.WasmModuleCustomizer;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

/**
 * Auto-configuration of the module cache, the registry of sandboxes, and a
 * {@link WasmSandbox} bean for each module in {@code wasm.modules}.
 *
 * <p>
 * The modules are loaded with the other singletons, before a web server accepts requests,
 * and unloaded when the singletons are destroyed. That comes after the context has
 * stopped everything with a life cycle, in all phases, so calls made during the graceful
 * shutdown of a web server or of an executor still find their sandboxes.
 */
@AutoConfiguration
@EnableConfigurationProperties(WasmProperties.class)
@Import({ PerformanceConfiguration.class, TunerConfiguration.class, ModuleNameClashDetector.class,
		WasmModuleBeanRegistrar.class })
public final class WasmAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ModuleCache wasmModuleCache(WasmProperties properties) {
		return new ModuleCache(WasmSettings.cache(properties.cache()), WasmSettings.compile(properties.compile()));
	}

	@Bean
	@ConditionalOnMissingBean
	WasmSandboxes wasmSandboxes(WasmProperties properties, ModuleCache cache,
			ObjectProvider<HostFunction> hostFunctions, ObjectProvider<SecurityListener> securityListeners,
			ObjectProvider<GuestAbi> abis, ObjectProvider<ExtismHttp> extismHttp, ObjectProvider<WapcHost> wapcHost,
			ObjectProvider<ValueCodec> codecs, ObjectProvider<PerformanceMetrics> metrics,
			ObjectProvider<CallTracer> tracer, ListableBeanFactory beans) {
		WasmSandboxesBuilder builder = WasmSettings.totals(properties.limits(), WasmSandboxes.builder())
			.moduleCache(cache)
			.async(WasmSettings.async(properties.async()));
		WasmSettings.tenants(properties.tenants(), builder);
		WasmSettings.virtualThreads(properties.virtualThreads(), builder);
		metrics.ifAvailable(builder::workObserver);
		WasmSettings.tracer(properties.observations(), tracer.getIfAvailable(), builder);
		hostFunctions.orderedStream().forEach(builder::hostFunction);
		AnnotatedHostFunctions.of(beans).forEach(builder::hostFunction);
		securityListeners.orderedStream().forEach(builder::securityListener);
		abis.orderedStream().forEach(builder::guestAbi);
		builder.pluginHosts(new PluginHosts(extismHttp.getIfAvailable(), wapcHost.getIfAvailable()));
		codecs.orderedStream().forEach(builder::codec);
		return builder.build();
	}

	@Bean
	WasmPoolLifecycle wasmPoolLifecycle(WasmSandboxes sandboxes) {
		return new WasmPoolLifecycle(sandboxes);
	}

	@Bean
	ConfiguredModules wasmConfiguredModules(WasmProperties properties, WasmSandboxes sandboxes,
			ObjectProvider<WasmModuleCustomizer> customizers, ResourceLoader resourceLoader, Environment environment) {
		return new ConfiguredModules(properties, sandboxes, customizers.orderedStream().toList(), resourceLoader,
				environment);
	}

	@Bean
	ModuleWatcher wasmModuleWatcher(WasmSandboxes sandboxes, ConfiguredModules modules,
			ApplicationEventPublisher publisher) {
		// Here, because beans with a life cycle are made also where others are lazy.
		sandboxes.addReloadListener(new ReloadEvents(sandboxes, publisher)::publish);
		return new ModuleWatcher(sandboxes, modules.watched(), ModuleWatcher.PAUSE);
	}

}
