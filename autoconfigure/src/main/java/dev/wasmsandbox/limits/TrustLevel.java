package dev.wasmsandbox.limits;

/**
 * How far the author of a module is trusted. It decides how high the module's limits may
 * be set; what the module can reach is the same for both.
 */
public enum TrustLevel {

	/** Anybody's: no limit can be set above its ceiling for untrusted modules. */
	UNTRUSTED,
	/** Your own: limits may be set up to what the engine can do at all. */
	TRUSTED

}
