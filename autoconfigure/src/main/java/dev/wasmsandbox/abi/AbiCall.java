package dev.wasmsandbox.abi;

import java.lang.foreign.MemorySegment;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * The values of one call: numbers as raw bits, so that none is boxed, all others as
 * objects of the type their {@link ValueKind} names. Belongs to one thread.
 */
public final class AbiCall {

	private final long[] numbers;

	private final @Nullable Object[] values;

	private @Nullable Function<MemorySegment, ?> reader;

	private long resultBits;

	private @Nullable Object result;

	/** A call with so many arguments. */
	public AbiCall(int arguments) {
		this.numbers = new long[arguments];
		this.values = new @Nullable Object[arguments];
	}

	/** How many arguments there are. */
	public int size() {
		return this.numbers.length;
	}

	/**
	 * Sets an argument that is a number.
	 * @param bits an {@code int} as {@code long}, floats as their raw bits
	 */
	public AbiCall number(int index, long bits) {
		this.numbers[index] = bits;
		return this;
	}

	/** Sets an argument that is no number. */
	public AbiCall value(int index, Object value) {
		this.values[index] = value;
		return this;
	}

	/**
	 * Has the result, bytes or an array, read in place instead of being copied: the
	 * function is given a read-only view that ends when the call does, and what it
	 * returns is {@link #result()}.
	 */
	public AbiCall readResultWith(Function<MemorySegment, ?> function) {
		this.reader = function;
		return this;
	}

	/** The bits of an argument that is a number. */
	public long number(int index) {
		return this.numbers[index];
	}

	/**
	 * An argument that is no number.
	 * @throws IllegalArgumentException if it is {@code null}, which no convention has a
	 * form for
	 */
	public Object value(int index) {
		Object value = this.values[index];
		if (value == null) {
			throw new IllegalArgumentException("argument " + (index + 1) + " is null");
		}
		return value;
	}

	/** How the result is to be read in place, if it is. */
	public @Nullable Function<MemorySegment, ?> reader() {
		return this.reader;
	}

	/** Answers a number. */
	public void answer(long bits) {
		this.resultBits = bits;
	}

	/** Answers anything else. */
	public void answer(Object value) {
		this.result = value;
	}

	/** The bits of a result that is a number. */
	public long resultBits() {
		return this.resultBits;
	}

	/** A result that is no number, {@code null} for none. */
	public @Nullable Object result() {
		return this.result;
	}

}
