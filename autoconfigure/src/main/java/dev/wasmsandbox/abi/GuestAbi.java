package dev.wasmsandbox.abi;

import java.util.List;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;

/**
 * A convention by which host and guest pass values that are no numbers. A module has one,
 * recognised by what it imports and exports or named by {@code wasm.modules.NAME.abi}.
 * Implementations are immutable and thread-safe; what they keep for one guest is a
 * {@link dev.wasmsandbox.guest.GuestAccess#attachment}.
 */
public interface GuestAbi {

	/** Its name, as in {@code wasm.modules.NAME.abi}: lower case, with dashes. */
	String name();

	/** Whether a module follows it, as far as its imports and exports tell. */
	boolean recognises(ModuleReport module);

	/**
	 * What a module lacks that it would need to follow the convention. Asked where the
	 * convention was chosen for it by hand, so that a module that cannot follow it is
	 * refused when it is loaded and not at its first call.
	 * @return each as messages show it, such as {@code the function __new (i32, i32) ->
	 * i32}; empty if nothing is missing, as for a convention that does not say
	 */
	default List<String> missing(ModuleReport module) {
		return List.of();
	}

	/**
	 * Whether it has a form for values of a kind. Java types whose kind it has none for
	 * are passed by the module's codec.
	 * @return {@code true} for all but {@link ValueKind#STRINGS}
	 */
	default boolean passes(ValueKind kind) {
		return kind != ValueKind.STRINGS;
	}

	/**
	 * The functions that the convention has the host offer to a module. They are added to
	 * those the module is given, which come first.
	 */
	default List<HostFunction> hostFunctions(ModuleReport module) {
		return List.of();
	}

	/**
	 * The functions that are called once in every sandbox, in this order, after the start
	 * function and before anything else; where the snapshot is taken after the start,
	 * once for all. They are passed zeroes, and what they return is dropped. One named
	 * {@code _start} may end itself with exit code 0.
	 * @return {@code _initialize} if it is exported without parameters and results, as
	 * reactors do
	 */
	default List<ModuleExport> startFunctions(ModuleReport module) {
		return module.exportedFunction("_initialize").filter(ModuleExport::isProcedure).stream().toList();
	}

	/**
	 * Prepares a function to be called with values of some kinds; done once, and checked
	 * at start where the kinds are known then.
	 * @param moduleName for messages
	 * @param function the name of an export, or of whatever the convention calls by name
	 * @throws GuestAbiException if there is no such function, or it cannot have been
	 * meant for such values: with what was wanted and what was found
	 */
	AbiFunction bind(String moduleName, ModuleReport module, String function, CallShape shape);

}
