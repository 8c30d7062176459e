package dev.wasmsandbox.error;

/**
 * The kinds of trap, after the WebAssembly core specification's list of traps.
 */
public enum TrapKind {

	/**
	 * The {@code unreachable} instruction was executed: an abort or a panic of the guest.
	 */
	UNREACHABLE,
	/** A load, store or bulk instruction outside the linear memory. */
	MEMORY_OUT_OF_BOUNDS,
	/** A table access outside the table, or through a null or undefined element. */
	TABLE_OUT_OF_BOUNDS,
	/** An indirect call whose target has another signature. */
	INDIRECT_CALL_TYPE_MISMATCH,
	/** An integer division by zero. */
	INTEGER_DIVIDE_BY_ZERO,
	/** An integer division whose result cannot be represented. */
	INTEGER_OVERFLOW,
	/** A float that cannot be converted to an integer. */
	INVALID_CONVERSION,
	/** Too deep a recursion for the thread's stack. */
	CALL_STACK_EXHAUSTED,
	/** An exception of the guest that it did not catch itself. */
	UNCAUGHT_EXCEPTION,
	/** A null reference where one was required. */
	NULL_REFERENCE,
	/** The guest ended itself, by WASI's {@code proc_exit}. */
	EXIT,
	/** A trap the engine reports in words this library does not know. */
	OTHER

}
