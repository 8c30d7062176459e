package dev.wasmsandbox.engine;

/**
 * The code of a module, bound to one instance. Public because {@link GuestWeaver} has
 * generated classes implement it, which lie in other packages; there is no use for it
 * otherwise.
 */
@FunctionalInterface
public interface GuestCode {

	/**
	 * Calls a function. The engine's own entry looks the memory up in the instance, which
	 * takes longer than all else on the way of a short call.
	 * @param function its index
	 * @param arguments raw values, of the right number
	 * @param memory the memory of the instance; any where the module has none
	 * @return the raw results, {@code null} for none
	 */
	long[] call(int function, long[] arguments, LinearMemory memory);

}
