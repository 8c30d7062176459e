package dev.wasmsandbox.guest;

import java.util.Objects;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.engine.HostBinding;
import dev.wasmsandbox.screen.FunctionSignature;
import org.jspecify.annotations.Nullable;

/**
 * A function of the host that guests may import. It is bound by module and name, and its
 * signature must be the imported one. It runs on the caller's thread, for different
 * guests on several threads at once.
 *
 * @param module the module name in the guest's import, for example {@code env}
 * @param name the function's name in the guest's import
 * @param signature what it takes and returns
 * @param body what it does
 * @param snapshotSafe whether it may be called before a snapshot, so that all sandboxes
 * share its answer; a clock, a source of random numbers or anything about a caller must
 * not
 * @param capability what a module must be granted to import it; {@code null} for nothing
 * @param origin the method it was made of, for messages; {@code null} if of none
 */
public record HostFunction(String module, String name, FunctionSignature signature, Body body, boolean snapshotSafe,
		@Nullable String capability, @Nullable String origin) {

	public HostFunction {
		Objects.requireNonNull(module, "module");
		Objects.requireNonNull(name, "name");
		Objects.requireNonNull(body, "body");
		if (!signature.parameters().stream().allMatch((type) -> type.isNumeric())
				|| !signature.results().stream().allMatch((type) -> type.isNumeric())) {
			throw new IllegalArgumentException("The host function " + module + "." + name
					+ " may take and return numbers only, but is " + signature);
		}
	}

	/**
	 * What a host function does.
	 */
	@FunctionalInterface
	public interface Body {

		/**
		 * Answers a call of the guest.
		 * @param context the calling guest, valid until this method returns
		 * @param arguments the arguments as raw 64-bit values: an {@code i32} in the
		 * lower half, floats as their bits
		 * @return the results in the same form; {@code null} if there are none
		 * @throws Exception anything; the guest's call then ends with a
		 * {@code HostFunctionException} whose cause it is, or with a
		 * {@code SandboxInterruptedException} for an {@link InterruptedException}
		 */
		long @Nullable [] call(HostContext context, long[] arguments) throws Exception;

	}

	/**
	 * Makes a host function.
	 * @param signature for example {@code (i32, i32) -> i32}
	 */
	public static HostFunction of(String module, String name, String signature, Body body) {
		return new HostFunction(module, name, FunctionSignature.parse(signature), body, false, null, null);
	}

	/** The same function, allowed before a snapshot. */
	public HostFunction safeForSnapshot() {
		return new HostFunction(this.module, this.name, this.signature, this.body, true, this.capability, this.origin);
	}

	/**
	 * The same function, for modules only that are granted a capability.
	 * @param name for example {@code http}, as in {@code wasm.modules.NAME.capabilities}
	 */
	public HostFunction requiring(String name) {
		return new HostFunction(this.module, this.name, this.signature, this.body, this.snapshotSafe,
				Objects.requireNonNull(name, "name"), this.origin);
	}

	/** The same as the engine takes it, for a module with these capabilities. */
	public HostBinding binding(Capabilities capabilities) {
		return new HostBinding(this.module, this.name, this.signature,
				(guest, arguments) -> call(guest, capabilities, arguments), this.snapshotSafe);
	}

	private long @Nullable [] call(GuestInstance guest, Capabilities capabilities, long[] arguments) throws Exception {
		try (HostContext context = new HostContext(guest, capabilities, this)) {
			return this.body.call(context, arguments);
		}
	}

}
