package dev.wasmsandbox.wasi;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.engine.HostBinding;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.screen.FunctionSignature;
import org.jspecify.annotations.Nullable;

/**
 * The functions of WASI preview 1 as a module with given settings imports them. All of
 * them are there; those that are not granted answer with an error number. Immutable and
 * thread-safe.
 */
public final class WasiHost {

	/** The module name of the imports. */
	public static final String MODULE = "wasi_snapshot_preview1";

	private static final List<WasiFunction> FUNCTIONS = functions();

	private WasiHost() {
	}

	private static List<WasiFunction> functions() {
		List<WasiFunction> functions = new ArrayList<>();
		functions.addAll(ProcessFunctions.all());
		functions.addAll(DescriptorFunctions.all());
		functions.addAll(TransferFunctions.all());
		functions.addAll(PathFunctions.all());
		functions.add(PollFunction.function());
		functions.add(socket("sock_accept", "(i32, i32, i32) -> i32"));
		functions.add(socket("sock_recv", "(i32, i32, i32, i32, i32, i32) -> i32"));
		functions.add(socket("sock_send", "(i32, i32, i32, i32, i32) -> i32"));
		functions.add(socket("sock_shutdown", "(i32, i32) -> i32"));
		return List.copyOf(functions);
	}

	/** No descriptor is a socket. */
	private static WasiFunction socket(String name, String signature) {
		return WasiFunction.of(name, signature, (state, arguments) -> {
			state.descriptors().get((int) arguments[0]);
			throw new WasiFailure(Errno.NOTSOCK);
		});
	}

	/** The functions for a module. */
	public static List<HostBinding> bindings(WasiSettings settings) {
		return FUNCTIONS.stream().map((function) -> binding(function, settings)).toList();
	}

	private static HostBinding binding(WasiFunction function, WasiSettings settings) {
		FunctionSignature signature = FunctionSignature.parse(function.signature());
		boolean answers = !signature.results().isEmpty();
		return new HostBinding(MODULE, function.name(), signature, new Target(function, settings, answers),
				function.snapshotSafe());
	}

	/** Whether the guest's module may import WASI. */
	public static boolean enabled(GuestInstance guest) {
		return guest.wasi() != null;
	}

	/**
	 * Has a lease begin otherwise than the module's settings say. For that lease only;
	 * between two calls, best before the first. The start function and
	 * {@code _initialize} have run then: what they read cannot be changed any more.
	 * @throws IllegalStateException if WASI is not enabled for the module, a call is
	 * running, the start code has read already what would change, or the lease cannot be
	 * used
	 */
	public static void launch(GuestInstance guest, WasiLaunch launch) {
		WasiState state = beginning(guest);
		if (guest.running()) {
			throw new IllegalStateException("A call is running in the session on module '" + guest.moduleName()
					+ "'; give it arguments, environment and input before");
		}
		state.launch(launch);
	}

	/**
	 * Has a command begin: behind the arguments it has come others, and what it writes is
	 * {@link #output kept}, wherever it goes besides.
	 * @param stdin what it reads; {@code null} for what it has
	 * @throws IllegalStateException as {@link #launch} does, but for a call that is
	 * running: the caller knows that no code of the guest is
	 * @throws GuestAbiException if an argument contains a NUL or half of a surrogate pair
	 */
	public static void command(GuestInstance guest, List<String> arguments, byte @Nullable [] stdin) {
		beginning(guest).command(arguments, stdin);
	}

	private static WasiState beginning(GuestInstance guest) {
		guest.requireUsable();
		if (!(guest.wasi() instanceof Target target)) {
			throw new IllegalStateException("The module '" + guest.moduleName()
					+ "' is not given WASI, so it has no arguments, environment or streams; enable it with "
					+ "wasm.modules." + guest.moduleName() + ".wasi.enabled");
		}
		return state(guest, target.settings());
	}

	/** A function with what its module is granted. */
	private record Target(WasiFunction function, WasiSettings settings, boolean answers) implements HostBinding.Wasi {

		@Override
		public long @Nullable [] call(GuestInstance guest, long[] arguments) throws Exception {
			int errno = this.function.call(state(guest, this.settings), arguments);
			return this.answers ? new long[] { errno } : null;
		}

	}

	private static WasiState state(GuestInstance guest, WasiSettings settings) {
		return guest.holdings().hold(WasiState.class, () -> new WasiState(guest, settings));
	}

	/**
	 * Checks that the host's directories can be granted.
	 * @throws ModuleRejectedException naming the first that cannot
	 */
	public static void check(String moduleName, WasiSettings settings) {
		List<WasiDirectory> directories = settings.directories();
		for (int i = 0; i < directories.size(); i++) {
			WasiDirectory directory = directories.get(i);
			Path path = directory.hostPath();
			try {
				if (path != null) {
					HostVolume.check(path);
				}
			}
			catch (IOException ex) {
				throw new ModuleRejectedException(moduleName, null, Reason.UNREADABLE,
						"wasi.directories[" + i + "].host-path",
						"the directory " + path + " cannot be granted to it as " + directory.guestPath() + ": " + ex
								+ "; make it, or correct wasi.directories",
						ex);
			}
		}
	}

	/**
	 * What a guest wrote to an output stream so far in its lease.
	 * @param error whether the error stream is meant
	 * @return the bytes; none if the stream is not captured
	 */
	public static byte[] output(GuestInstance guest, boolean error) {
		WasiState state = guest.holdings().held(WasiState.class);
		return (state != null) ? state.captured(error) : new byte[0];
	}

}
