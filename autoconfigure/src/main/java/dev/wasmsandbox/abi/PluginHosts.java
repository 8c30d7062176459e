package dev.wasmsandbox.abi;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What an application offers plug-ins beyond their input; both are refused where they are
 * not offered, and to modules that are not granted them. Immutable.
 *
 * @param http sends HTTP requests of Extism plug-ins
 * @param wapc answers the calls of waPC guests
 */
public record PluginHosts(@Nullable ExtismHttp http, @Nullable WapcHost wapc) {

	private static final PluginHosts NONE = new PluginHosts(null, null);

	/** Nothing is offered. */
	public static PluginHosts none() {
		return NONE;
	}

	/** The same with requests of Extism plug-ins sent. */
	public PluginHosts withHttp(ExtismHttp sender) {
		return new PluginHosts(sender, this.wapc);
	}

	/** The same with calls of waPC guests answered. */
	public PluginHosts withWapc(WapcHost host) {
		return new PluginHosts(this.http, host);
	}

	/**
	 * The conventions of plug-ins and programs, for one module.
	 * @param extism what it is given if it is an Extism plug-in
	 * @param limit the most bytes that such a one and its host exchange
	 */
	public List<GuestAbi> abis(ExtismSettings extism, long limit) {
		return List.of(new ExtismAbi(extism, this.http, limit), new WapcAbi(this.wapc), new WasiCommandAbi());
	}

}
