package dev.wasmsandbox;

import java.util.List;

/**
 * A call that is made once, before the snapshot every sandbox starts with.
 *
 * @param function the name of the export
 * @param arguments its arguments; an integer may be written for any number type, a
 * decimal number for {@code f32} and {@code f64}
 * @param times how often it is called
 */
public record WarmUpCall(String function, List<Number> arguments, int times) {

	public WarmUpCall {
		arguments = List.copyOf(arguments);
		if (times < 1) {
			throw new IllegalArgumentException("A warm-up call is made at least once, but times is " + times);
		}
	}

}
