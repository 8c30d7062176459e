package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.ModuleReload;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.spring.WasmModuleReloadedEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes a {@link WasmModuleReloadedEvent} for each reload. The module is switched
 * already then, so a listener that fails is logged, not thrown at who reloads.
 */
final class ReloadEvents {

	private static final Logger log = LoggerFactory.getLogger(ReloadEvents.class);

	private final WasmSandboxes sandboxes;

	private final ApplicationEventPublisher publisher;

	ReloadEvents(WasmSandboxes sandboxes, ApplicationEventPublisher publisher) {
		this.sandboxes = sandboxes;
		this.publisher = publisher;
	}

	void publish(ModuleReload reload) {
		try {
			this.publisher.publishEvent(new WasmModuleReloadedEvent(this.sandboxes, reload));
		}
		catch (RuntimeException ex) {
			log.warn("Module '{}' was reloaded, but a listener failed that was told of it", reload.after().name(), ex);
		}
	}

}
