package dev.wasmsandbox;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import dev.wasmsandbox.abi.AbiFunction;
import dev.wasmsandbox.abi.CallShape;
import dev.wasmsandbox.abi.GuestAbi;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.screen.ModuleReport;

/**
 * The functions of a module as its convention binds them, each bound once for the kinds
 * of values it is called with. Thread-safe; it keeps a bounded number.
 */
final class BoundFunctions {

	/** More than any module is called with, unless names are made up. */
	private static final int MOST = 2000;

	private final String moduleName;

	private final ModuleReport module;

	private final GuestAbi abi;

	private final ConcurrentMap<Key, AbiFunction> bound = new ConcurrentHashMap<>();

	BoundFunctions(String moduleName, ModuleReport module, GuestAbi abi) {
		this.moduleName = moduleName;
		this.module = module;
		this.abi = abi;
	}

	GuestAbi abi() {
		return this.abi;
	}

	/**
	 * The function for values of some kinds.
	 * @throws GuestAbiException if the convention has no such function for them
	 */
	AbiFunction get(String function, CallShape shape) {
		Key key = new Key(function, shape);
		AbiFunction known = this.bound.get(key);
		if (known != null) {
			return known;
		}
		AbiFunction made = this.abi.bind(this.moduleName, this.module, function, shape);
		if (this.bound.size() < MOST) {
			this.bound.put(key, made);
		}
		return made;
	}

	private record Key(String function, CallShape shape) {
	}

}
