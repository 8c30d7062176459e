package dev.wasmsandbox.benchmarks.harness;

/**
 * Something to measure: a batch of equal operations with a known answer. A batch is short
 * and run often, so that HotSpot compiles it whole and not only its loop.
 *
 * @param label what to call it in messages
 * @param operations how many operations a batch has
 * @param expected the answer of a batch
 * @param batch does it; its answer depends on every operation, so that none can be
 * optimised away
 */
public record Work(String label, int operations, long expected, Batch batch) {

	/**
	 * Work whose batch adds up the answers of its operations. All such work shares one
	 * loop, in which HotSpot does not inline the operation: nanoseconds need a batch with
	 * a loop of its own.
	 * @param answer the right answer of the operation of the given number
	 */
	public static Work summing(String label, int operations, IntToLong answer, Operation operation) {
		long expected = 0;
		for (int i = 0; i < operations; i++) {
			expected += answer.apply(i);
		}
		return new Work(label, operations, expected, () -> {
			long sum = 0;
			for (int i = 0; i < operations; i++) {
				sum += operation.run(i);
			}
			return sum;
		});
	}

	/**
	 * Does some batches.
	 * @throws IllegalStateException if an answer is wrong
	 */
	void run(long batches) throws Exception {
		for (long i = 0; i < batches; i++) {
			long answer = this.batch.run();
			if (answer != this.expected) {
				throw new IllegalStateException(
						this.label + " answered " + answer + " where " + this.expected + " is right");
			}
		}
	}

	/** A batch of operations. */
	@FunctionalInterface
	public interface Batch {

		/** Does all operations and returns what they answered, in one number. */
		long run() throws Exception;

	}

	/** One operation of a batch. */
	@FunctionalInterface
	public interface Operation {

		/** Does the operation of the given number. */
		long run(int number) throws Exception;

	}

	/** From the number of an operation to its answer. */
	@FunctionalInterface
	public interface IntToLong {

		long apply(int number);

	}

}
