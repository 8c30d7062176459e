package dev.wasmsandbox;

import dev.wasmsandbox.engine.CompiledModule;
import dev.wasmsandbox.observe.WorkRecorder;
import dev.wasmsandbox.pool.InstancePool;
import dev.wasmsandbox.screen.ModuleExport;

/**
 * One version of a module: its code and the pool of sandboxes that run it. Immutable; the
 * indices of its exports are those of no other version.
 *
 * @param info what is known about it
 * @param code its code
 * @param pool its sandboxes
 * @param functions its functions as its convention binds them
 * @param work who is told of its work, the same for all versions of a module
 */
record ModuleVersion(ModuleInfo info, CompiledModule code, InstancePool pool, BoundFunctions functions,
		WorkRecorder work) {

	/** Which version of the module it is: how often the module was reloaded before. */
	int number() {
		return this.info.reloads();
	}

	/**
	 * An exported function.
	 * @throws dev.wasmsandbox.error.GuestAbiException if there is no such function
	 */
	ModuleExport resolve(String function) {
		return ExportedFunctions.resolve(this.info.name(), this.code, function);
	}

}
