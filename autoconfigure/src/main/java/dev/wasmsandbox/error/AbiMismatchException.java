package dev.wasmsandbox.error;

import java.util.List;

/**
 * A module lacks what the convention needs that was chosen for it by hand. It names the
 * convention, all that is missing, and the convention that the module would be taken for;
 * nothing of the module was executed.
 */
public final class AbiMismatchException extends ModuleRejectedException {

	private final String abi;

	private final List<String> missing;

	/**
	 * Names what is missing.
	 * @param abi the name of the chosen convention
	 * @param missing what the module would have to export, each as messages show it
	 * @param recognised the convention that the module is recognised by
	 */
	public AbiMismatchException(String moduleName, String abi, List<String> missing, String recognised) {
		super(moduleName, null, Reason.UNFIT_FOR_ABI, "abi",
				"it is to follow the convention '" + GuestText.name(abi) + "', but lacks " + String.join("; ", missing)
						+ ". Build it for that convention, or leave wasm.modules." + moduleName
						+ ".abi out, by which it is taken for '" + GuestText.name(recognised) + "'",
				null);
		this.abi = abi;
		this.missing = List.copyOf(missing);
	}

	/** The convention that was chosen. */
	public String abi() {
		return this.abi;
	}

	/** What the module would have to export and does not. */
	public List<String> missing() {
		return this.missing;
	}

}
