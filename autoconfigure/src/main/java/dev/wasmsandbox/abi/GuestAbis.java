package dev.wasmsandbox.abi;

import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.abi.AssemblyScriptAbi.Arrays;
import dev.wasmsandbox.error.AbiMismatchException;
import dev.wasmsandbox.error.UnknownAbiException;
import dev.wasmsandbox.screen.ModuleReport;

/**
 * The conventions that are known: those of the application first, then the built-in ones,
 * the most particular first. Every module follows one of them. Immutable.
 */
public final class GuestAbis {

	/** The last one takes every module. */
	private static final List<GuestAbi> BUILT_IN = List.of(new AssemblyScriptAbi(Arrays.TOLD), new PointerLengthAbi(),
			new AssemblyScriptAbi(Arrays.STATIC), new AssemblyScriptAbi(Arrays.LISTS), new NumericAbi());

	private final List<GuestAbi> own;

	private final List<GuestAbi> all;

	/** The built-in conventions and these, which come before them. */
	public GuestAbis(List<GuestAbi> own) {
		this.own = List.copyOf(own);
		List<GuestAbi> joined = new ArrayList<>(own);
		joined.addAll(BUILT_IN);
		this.all = List.copyOf(joined);
	}

	/** The same with others, which come after those of the application. */
	public GuestAbis with(List<GuestAbi> others) {
		List<GuestAbi> joined = new ArrayList<>(this.own);
		joined.addAll(others);
		return new GuestAbis(joined);
	}

	/** Their names, in the order in which they are asked. */
	public List<String> names() {
		return this.all.stream().map(GuestAbi::name).distinct().toList();
	}

	/**
	 * The convention of a module.
	 * @throws UnknownAbiException if it was chosen by a name that none has
	 * @throws AbiMismatchException if the module lacks what the chosen one needs
	 */
	public GuestAbi choose(String moduleName, AbiChoice choice, ModuleReport module) {
		GuestAbi given = choice.given();
		String name = choice.name();
		if (given != null || name != null) {
			GuestAbi chosen = (given != null) ? given : named(moduleName, String.valueOf(name));
			List<String> missing = chosen.missing(module);
			if (!missing.isEmpty()) {
				throw new AbiMismatchException(moduleName, chosen.name(), missing, recognised(module).name());
			}
			return chosen;
		}
		return recognised(module);
	}

	private GuestAbi named(String moduleName, String name) {
		return this.all.stream()
			.filter((abi) -> abi.name().equals(name))
			.findFirst()
			.orElseThrow(() -> new UnknownAbiException(moduleName, name, names()));
	}

	private GuestAbi recognised(ModuleReport module) {
		return this.all.stream().filter((abi) -> abi.recognises(module)).findFirst().orElseThrow();
	}

}
