package dev.wasmsandbox.wasi;

/**
 * Where a guest's random numbers come from.
 */
public enum WasiRandom {

	/** It gets none. */
	NONE,
	/** From the host's secure source. */
	SECURE,
	/** From a seed: the same sequence in every lease. Not for secrets. */
	SEED

}
