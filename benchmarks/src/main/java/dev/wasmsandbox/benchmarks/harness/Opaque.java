package dev.wasmsandbox.benchmarks.harness;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Stands around an operation of a few nanoseconds, so that it is the operation that is
 * measured: an argument comes out of memory and the answer goes to memory, each time, in
 * a way that HotSpot must do as it stands. Without it HotSpot computes the sum over a
 * loop of calls without calling anything. What is called may still be inlined.
 */
public final class Opaque {

	private static final VarHandle ARGUMENT;

	private static final VarHandle ANSWER;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			ARGUMENT = lookup.findVarHandle(Opaque.class, "argument", int.class);
			ANSWER = lookup.findVarHandle(Opaque.class, "answer", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	@SuppressWarnings("FieldMayBeFinal")
	private int argument;

	@SuppressWarnings("UnusedVariable") // written through ANSWER
	private int answer;

	/** Begins with the argument that it will hand out. */
	public Opaque(int argument) {
		this.argument = argument;
	}

	/** The argument. */
	public int argument() {
		return (int) ARGUMENT.getOpaque(this);
	}

	/** Takes an answer, and returns it. */
	public int answer(int value) {
		ANSWER.setOpaque(this, value);
		return value;
	}

}
