package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.observe.SecurityListener;

import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.support.AbstractApplicationContext;

/**
 * Auto-configuration that publishes an {@link AuditEvent} of the type
 * {@code WASM_CAPABILITY_REFUSED} for everything refused to a module. Its principal is
 * the module.
 */
@AutoConfiguration(before = WasmAutoConfiguration.class)
@ConditionalOnClass(AuditEvent.class)
public final class WasmAuditAutoConfiguration {

	/** The type of the events. */
	public static final String TYPE = "WASM_CAPABILITY_REFUSED";

	@Bean
	@ConditionalOnMissingBean(name = "wasmAuditListener")
	SecurityListener wasmAuditListener(AbstractApplicationContext context) {
		return new AuditingListener(context);
	}

}
