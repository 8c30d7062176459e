package dev.wasmsandbox.engine;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.WasmFunctionHandle;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.HostFunctionException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.WasmSandboxException;
import org.jspecify.annotations.Nullable;

/**
 * A function of the host as guests call it. What fails in it becomes the guest's failure,
 * named after the function; what fails in the guest meanwhile stays what it is.
 */
final class HostCall implements WasmFunctionHandle {

	private final HostBinding binding;

	private final HostBinding.Target target;

	private final int results;

	HostCall(HostBinding binding) {
		this.binding = binding;
		this.target = binding.target();
		this.results = binding.signature().results().size();
	}

	@Override
	public long @Nullable [] apply(Instance instance, long... arguments) {
		LinearMemory control = ((GuestMachine) instance.getMachine()).control();
		StackHeadroom.require(control.chain());
		return call(control, arguments);
	}

	/**
	 * Answers a call of the guest whose memory this is, which has made sure of the stack
	 * that is left.
	 */
	long @Nullable [] call(LinearMemory control, long[] arguments) {
		GuestInstance guest = control.guest();
		guest.requireSafe(this.binding);
		CallChain chain = control.chain();
		CallChain.Link outer = chain.top();
		boolean first = chain.enter(control);
		long[] answer;
		try {
			answer = this.target.call(guest, arguments);
		}
		catch (Throwable ex) {
			throw failure(guest, ex);
		}
		finally {
			chain.leave(first, outer);
		}
		if (((answer != null) ? answer.length : 0) != this.results) {
			throw wrongNumber(guest, answer);
		}
		return answer;
	}

	private HostFunctionException wrongNumber(GuestInstance guest, long @Nullable [] answer) {
		return new HostFunctionException(guest.moduleName(), null, "the host function " + name() + " returned "
				+ ((answer != null) ? answer.length : 0) + " values, but is " + this.binding.signature(), null);
	}

	private String name() {
		return this.binding.module() + "." + this.binding.name();
	}

	/**
	 * What a host function's failure is to the guest. A failure of the calling guest, or
	 * of a call back into it, goes on as it is; all else is the host function's.
	 */
	private RuntimeException failure(GuestInstance guest, Throwable thrown) {
		return switch (thrown) {
			case InterruptedException _ -> interrupted();
			case GuestStopped stopped -> stopped;
			case GuestExit exit -> exit;
			case StackOverflowError overflow -> throw overflow;
			case GuestAbiException abi when guest.moduleName().equals(abi.moduleName()) -> abi;
			case WasmSandboxException own when own.equals(guest.failure()) -> own;
			case SandboxTimeoutException _, SandboxInterruptedException _ -> stopped(guest, thrown);
			default -> new HostFailure(name(), thrown);
		};
	}

	private static GuestStopped interrupted() {
		Thread.currentThread().interrupt();
		return new GuestStopped(StopReason.INTERRUPTED);
	}

	/** A call of the host function was stopped, perhaps because this one was. */
	private RuntimeException stopped(GuestInstance guest, Throwable thrown) {
		GuestStopped stop = guest.memory().stop();
		if (stop != null) {
			return stop;
		}
		if (thrown instanceof SandboxInterruptedException && Thread.currentThread().isInterrupted()) {
			return new GuestStopped(StopReason.INTERRUPTED);
		}
		return new HostFailure(name(), thrown);
	}

}
