package dev.wasmsandbox.tuning;

/** What the tuner may do. */
public enum TunerMode {

	/** Nothing: it does not even look. */
	OFF,
	/** It says what it would try, and changes nothing. */
	ADVISE,
	/** It tries, keeps what is proved, and puts back what is not. */
	ACTIVE

}
