package dev.wasmsandbox.spring;

import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.metrics.Anomaly;

import org.springframework.context.ApplicationEvent;

/**
 * Published when a module does something else than before, on the thread that watches
 * modules: a listener that takes long delays the next look. What a listener throws is
 * logged and changes nothing.
 */
public class WasmAnomalyEvent extends ApplicationEvent {

	private final transient Anomaly anomaly;

	/**
	 * Creates an event.
	 * @param source the registry that the module is loaded in
	 * @param anomaly what has changed
	 */
	public WasmAnomalyEvent(WasmSandboxes source, Anomaly anomaly) {
		super(source);
		this.anomaly = anomaly;
	}

	/** The name of the module. */
	public String module() {
		return this.anomaly.module();
	}

	/** What has changed. */
	public Anomaly anomaly() {
		return this.anomaly;
	}

}
