package dev.wasmsandbox.sample.uploads;

import java.time.InstantSource;

import dev.wasmsandbox.WasmSandboxes;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.scheduling.annotation.EnableScheduling;

/**
 * Turns uploads on, in the profile {@code demo} only.
 */
@Configuration(proxyBeanMethods = false)
@Profile("demo")
@EnableScheduling
@EnableConfigurationProperties(UploadSettings.class)
class UploadConfiguration {

	@Bean
	UploadedModules uploadedModules(WasmSandboxes sandboxes, UploadSettings settings) {
		return new UploadedModules(sandboxes, settings, InstantSource.system());
	}

}
