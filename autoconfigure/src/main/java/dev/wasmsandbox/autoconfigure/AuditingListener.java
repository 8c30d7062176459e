package dev.wasmsandbox.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.wasmsandbox.observe.SecurityListener;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.context.event.ApplicationListenerMethodAdapter;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;

/**
 * Publishes an audit event for each refusal. Modules are loaded before Spring knows the
 * methods with {@code @EventListener}; those are told afterwards of what was published
 * until then, so that each listener is told of each event once. Thread-safe.
 */
final class AuditingListener implements SecurityListener, SmartInitializingSingleton {

	/** What is kept for methods at the most; the first ones. */
	static final int MOST_KEPT = 100;

	private final AbstractApplicationContext context;

	private final List<AuditApplicationEvent> early = new ArrayList<>();

	private boolean started;

	AuditingListener(AbstractApplicationContext context) {
		this.context = context;
	}

	@Override
	public void refused(Refusal refusal) {
		String function = (refusal.function() != null) ? refusal.function() : "";
		AuditApplicationEvent event = new AuditApplicationEvent(refusal.module(), WasmAuditAutoConfiguration.TYPE,
				Map.of("function", function, "required", refusal.required(), "granted",
						refusal.granted().stream().sorted().toList()));
		keep(event);
		this.context.publishEvent(event);
	}

	private void keep(AuditApplicationEvent event) {
		synchronized (this.early) {
			if (this.early.size() < MOST_KEPT && !this.started && methods().isEmpty()) {
				this.early.add(event);
			}
		}
	}

	private List<ApplicationListenerMethodAdapter> methods() {
		return this.context.getApplicationListeners()
			.stream()
			.filter(ApplicationListenerMethodAdapter.class::isInstance)
			.map(ApplicationListenerMethodAdapter.class::cast)
			.toList();
	}

	/**
	 * Comes after the methods were found, as the one that finds them is registered first.
	 */
	@Override
	public void afterSingletonsInstantiated() {
		List<AuditApplicationEvent> kept;
		synchronized (this.early) {
			kept = List.copyOf(this.early);
			this.early.clear();
			this.started = true;
		}
		for (AuditApplicationEvent event : kept) {
			methods().stream()
				.filter((method) -> method.supportsEventType(ResolvableType.forInstance(event)))
				.forEach((method) -> method.onApplicationEvent(event));
		}
	}

}
