package dev.wasmsandbox.benchmarks.harness;

import java.time.Duration;
import java.util.List;

/**
 * Measures things in turns, A, B, A, B, so that what disturbs the machine disturbs all.
 * Each sample is long enough for the clock, and each pair of neighbours gives one ratio.
 */
public final class Alternating {

	private static final long WARM_UP_TURN_NANOS = Duration.ofMillis(50).toNanos();

	private final Effort effort;

	private Alternating(Effort effort) {
		this.effort = effort;
	}

	/**
	 * Warms both up and measures both.
	 * @throws Exception what the work throws, or that it answered wrongly
	 */
	public static Comparison compare(Effort effort, CpuClock clock, Work ours, Work other) throws Exception {
		Samples[] samples = inTurns(effort, List.of(new Side(clock, ours), new Side(clock, other)));
		return new Comparison(samples[0], samples[1]);
	}

	/**
	 * Warms one thing up and measures it.
	 * @return nanoseconds per operation
	 */
	public static Samples alone(Effort effort, CpuClock clock, Work work) throws Exception {
		return inTurns(effort, List.of(new Side(clock, work)))[0];
	}

	/**
	 * Warms all up and measures all, each with a clock of its own.
	 * @return nanoseconds per operation of each; samples of the same place were taken one
	 * after the other
	 */
	public static Samples[] inTurns(Effort effort, List<Side> sides) throws Exception {
		return new Alternating(effort).measure(sides);
	}

	private Samples[] measure(List<Side> sides) throws Exception {
		long[] batches = warmUp(sides);
		double[][] nanos = new double[sides.size()][this.effort.samples()];
		for (int sample = 0; sample < this.effort.samples(); sample++) {
			for (int i = 0; i < sides.size(); i++) {
				nanos[i][sample] = sample(sides.get(i), batches[i]);
			}
		}
		Samples[] samples = new Samples[sides.size()];
		for (int i = 0; i < samples.length; i++) {
			samples[i] = Samples.of(nanos[i]);
		}
		return samples;
	}

	/** Returns how many batches of each make a sample of the right length. */
	private long[] warmUp(List<Side> sides) throws Exception {
		long[] batches = new long[sides.size()];
		long end = System.nanoTime() + this.effort.warmUp().toNanos();
		do {
			for (int i = 0; i < batches.length; i++) {
				batches[i] = turn(sides.get(i));
			}
		}
		while (System.nanoTime() < end);
		return batches;
	}

	private long turn(Side side) throws Exception {
		long length = Math.min(WARM_UP_TURN_NANOS, this.effort.warmUp().toNanos() / 2);
		long batches = 0;
		long started = System.nanoTime();
		long cpuStarted = side.clock().nanos();
		do {
			side.work().run(1);
			batches++;
		}
		while (System.nanoTime() - started < length);
		double nanosPerBatch = (double) Math.max(1, side.clock().nanos() - cpuStarted) / batches;
		return Math.max(1, Math.round(this.effort.sample().toNanos() / nanosPerBatch));
	}

	private double sample(Side side, long batches) throws Exception {
		long started = side.clock().nanos();
		side.work().run(batches);
		long elapsed = side.clock().nanos() - started;
		return Math.max(1, elapsed) / ((double) batches * side.work().operations());
	}

	/**
	 * One of the things that take turns.
	 *
	 * @param clock counts what the work takes
	 * @param work what to measure
	 */
	public record Side(CpuClock clock, Work work) {

	}

	/**
	 * What two things cost, in nanoseconds per operation. Samples of the same place were
	 * taken one after the other.
	 *
	 * @param ours the first thing
	 * @param other the second
	 */
	public record Comparison(Samples ours, Samples other) {

		/** How many times the other's cost ours is, pair by pair. */
		public Samples oursOverOther() {
			return this.ours.dividedBy(this.other);
		}

		/** How many times our cost the other's is, pair by pair. */
		public Samples otherOverOurs() {
			return this.other.dividedBy(this.ours);
		}

	}

}
