package dev.wasmsandbox.engine;

import dev.wasmsandbox.screen.FunctionSignature;
import org.jspecify.annotations.Nullable;

/**
 * A function of the host under the name by which guests import it.
 *
 * @param module the name of the module in the guest's import
 * @param name the name of the function in the guest's import
 * @param signature its signature, which must be equal to the import's
 * @param target what is called
 * @param snapshotSafe whether it may be called before a snapshot
 */
public record HostBinding(String module, String name, FunctionSignature signature, Target target,
		boolean snapshotSafe) {

	/**
	 * The host's side of a call of WASI. Where it is offered, the export
	 * {@code _initialize} is called at start, as WASI's convention says.
	 */
	@FunctionalInterface
	public interface Wasi extends Target {

	}

	/** The host's side of a call. Several threads call it for different guests. */
	@FunctionalInterface
	public interface Target {

		/**
		 * Answers a call.
		 * @param guest the calling guest
		 * @param arguments the arguments as raw 64-bit values
		 * @return the results as raw 64-bit values, {@code null} for none
		 * @throws Exception anything; the guest's call ends with it as the cause
		 */
		long @Nullable [] call(GuestInstance guest, long[] arguments) throws Exception;

	}

}
