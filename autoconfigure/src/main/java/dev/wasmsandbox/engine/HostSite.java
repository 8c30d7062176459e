package dev.wasmsandbox.engine;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import org.jspecify.annotations.Nullable;

/**
 * The place in a module's code where one imported function is called. Once it has been
 * called often, HotSpot sees which function of the host that is, and can compile it into
 * the guest's loops; for guests that were given another function it looks that up.
 *
 * <p>
 * Holds on to the function until {@link #forget}. Thread-safe.
 */
// Methods are found by name; whose functions they are is a question of identity.
@SuppressWarnings({ "UnusedMethod", "ReferenceEquality" })
final class HostSite extends MutableCallSite {

	/** How often it is called before it is linked, which takes microseconds. */
	private static final int OFTEN = 500;

	/** How often it is linked anew before it is left alone. */
	private static final int MOST_LINKS = 8;

	private static final MethodHandle LOOK_UP;

	private static final MethodHandle COUNT;

	private static final MethodHandle SERVES;

	private static final MethodHandle CALL;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			MethodType type = MethodType.methodType(long[].class, Instance.class, int.class, long[].class,
					Memory.class);
			LOOK_UP = lookup.findStatic(HostSite.class, "lookUp", type);
			COUNT = lookup.findVirtual(HostSite.class, "count", type);
			SERVES = lookup.findStatic(HostSite.class, "serves",
					MethodType.methodType(boolean.class, HostCall[].class, Memory.class));
			CALL = MethodHandles.permuteArguments(
					lookup.findStatic(HostSite.class, "call",
							MethodType.methodType(long[].class, HostCall.class, Memory.class, long[].class)),
					type.insertParameterTypes(0, HostCall.class), 0, 4, 3);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private int calls;

	private int links;

	private HostCall @Nullable [] linked;

	HostSite(MethodType type) {
		super(type);
		setTarget(COUNT.bindTo(this));
	}

	/** Initializes this class, where there is room on the stack for it. */
	static void initialize() {
		// Calling it is enough.
	}

	/** Lets go of a host's functions, if it is those it is linked to. */
	synchronized void forget(HostCall[] all) {
		if (this.linked == all) {
			this.linked = null;
			this.calls = 0;
			setTarget(COUNT.bindTo(this));
		}
	}

	private long @Nullable [] count(Instance instance, int function, long[] arguments, Memory memory) {
		HostCall[] all = ((LinearMemory) memory).hostCalls();
		if (function < all.length && ++this.calls > OFTEN) {
			link(all, function);
		}
		return lookUp(instance, function, arguments, memory);
	}

	private synchronized void link(HostCall[] all, int function) {
		if (this.links == MOST_LINKS) {
			this.linked = null;
			setTarget(LOOK_UP);
			return;
		}
		this.links++;
		this.linked = all;
		this.calls = 0;
		MethodHandle test = MethodHandles.dropArguments(SERVES.bindTo(all), 0, type().parameterList().subList(0, 3));
		setTarget(MethodHandles.guardWithTest(test, CALL.bindTo(all[function]), COUNT.bindTo(this)));
	}

	private static boolean serves(HostCall[] all, Memory memory) {
		return ((LinearMemory) memory).hostCalls() == all;
	}

	private static long @Nullable [] call(HostCall function, Memory memory, long[] arguments) {
		return function.call((LinearMemory) memory, arguments);
	}

	private static long @Nullable [] lookUp(Instance instance, int function, long[] arguments, Memory memory) {
		LinearMemory own = (LinearMemory) memory;
		HostCall[] all = own.hostCalls();
		// An instance that no factory made imports what it likes.
		return (function < all.length) ? all[function].call(own, arguments)
				: instance.imports().function(function).handle().apply(instance, arguments);
	}

}
