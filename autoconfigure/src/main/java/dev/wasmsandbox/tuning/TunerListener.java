package dev.wasmsandbox.tuning;

/**
 * Is told of decisions, after they were carried out, on the thread that made them. What
 * it throws is logged.
 */
@FunctionalInterface
public interface TunerListener {

	/** A decision was made. */
	void decided(TunerNote note);

}
