package dev.wasmsandbox.client;

import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Collectors;

import dev.wasmsandbox.abi.CallShape;
import dev.wasmsandbox.abi.ValueKind;
import dev.wasmsandbox.codec.ValueForm;

/**
 * A method of a client's interface and what it stands for. Immutable.
 *
 * @param method the abstract method
 * @param function the name of the function that it calls
 * @param parameters how its arguments are passed
 * @param result how its result is; that of the future, if it returns one
 * @param async whether it returns a future
 */
public record ClientMethod(Method method, String function, List<ValueForm> parameters, ValueForm result,
		boolean async) {

	public ClientMethod {
		parameters = List.copyOf(parameters);
	}

	/** What is passed to the function and wanted back. */
	public CallShape shape() {
		return new CallShape(this.parameters.stream().map(ValueForm::kind).toList(), this.result.kind());
	}

	/** Whether numbers only are passed, on the caller's thread. */
	boolean isPlain() {
		return !this.async && this.parameters.stream().allMatch(ValueForm::isNumber)
				&& (this.result.kind() == ValueKind.NONE || this.result.isNumber());
	}

	/** The method as messages show it, for example {@code int countWords(String)}. */
	@Override
	public String toString() {
		return this.result + " " + this.method.getName()
				+ this.parameters.stream().map(ValueForm::toString).collect(Collectors.joining(", ", "(", ")"));
	}

}
