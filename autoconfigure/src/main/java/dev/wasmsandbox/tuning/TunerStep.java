package dev.wasmsandbox.tuning;

/**
 * What one window led to. Immutable.
 *
 * @param state what to remember
 * @param decision what to do
 */
public record TunerStep(TunerState state, TunerDecision decision) {
}
