package dev.wasmsandbox.spring;

import dev.wasmsandbox.ModuleInfo;
import dev.wasmsandbox.ModuleReload;
import dev.wasmsandbox.WasmSandboxes;

import org.springframework.context.ApplicationEvent;

/**
 * Published after a module was reloaded, on the thread that did it: every call that
 * begins from now on is answered by the new version. What a listener throws is logged and
 * changes nothing.
 */
public class WasmModuleReloadedEvent extends ApplicationEvent {

	private final transient ModuleReload reload;

	/**
	 * Creates an event.
	 * @param source the registry that the module is loaded in
	 * @param reload what was replaced by what
	 */
	public WasmModuleReloadedEvent(WasmSandboxes source, ModuleReload reload) {
		super(source);
		this.reload = reload;
	}

	/** The name of the module. */
	public String module() {
		return this.reload.after().name();
	}

	/** The version that was in service. */
	public ModuleInfo before() {
		return this.reload.before();
	}

	/** The version that is in service now. */
	public ModuleInfo after() {
		return this.reload.after();
	}

}
