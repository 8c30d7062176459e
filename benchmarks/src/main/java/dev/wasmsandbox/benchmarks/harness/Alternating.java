package dev.wasmsandbox.benchmarks.harness;

import java.time.Duration;
import java.util.List;

/**
 * Measures two things in turns, A, B, A, B, so that what disturbs the machine disturbs
 * both. Each sample is long enough for the clock, and each pair of neighbours gives one
 * ratio.
 */
public final class Alternating {

	private static final long WARM_UP_TURN_NANOS = Duration.ofMillis(50).toNanos();

	private final Effort effort;

	private final CpuClock clock;

	private Alternating(Effort effort, CpuClock clock) {
		this.effort = effort;
		this.clock = clock;
	}

	/**
	 * Warms both up and measures both.
	 * @throws Exception what the work throws, or that it answered wrongly
	 */
	public static Comparison compare(Effort effort, CpuClock clock, Work ours, Work other) throws Exception {
		Samples[] samples = new Alternating(effort, clock).measure(List.of(ours, other));
		return new Comparison(samples[0], samples[1]);
	}

	/**
	 * Warms one thing up and measures it.
	 * @return nanoseconds per operation
	 */
	public static Samples alone(Effort effort, CpuClock clock, Work work) throws Exception {
		return new Alternating(effort, clock).measure(List.of(work))[0];
	}

	private Samples[] measure(List<Work> works) throws Exception {
		long[] batches = warmUp(works);
		double[][] nanos = new double[works.size()][this.effort.samples()];
		for (int sample = 0; sample < this.effort.samples(); sample++) {
			for (int i = 0; i < works.size(); i++) {
				nanos[i][sample] = sample(works.get(i), batches[i]);
			}
		}
		Samples[] samples = new Samples[works.size()];
		for (int i = 0; i < samples.length; i++) {
			samples[i] = Samples.of(nanos[i]);
		}
		return samples;
	}

	/** Returns how many batches of each make a sample of the right length. */
	private long[] warmUp(List<Work> works) throws Exception {
		long[] batches = new long[works.size()];
		long end = System.nanoTime() + this.effort.warmUp().toNanos();
		do {
			for (int i = 0; i < batches.length; i++) {
				batches[i] = turn(works.get(i));
			}
		}
		while (System.nanoTime() < end);
		return batches;
	}

	private long turn(Work work) throws Exception {
		long length = Math.min(WARM_UP_TURN_NANOS, this.effort.warmUp().toNanos() / 2);
		long batches = 0;
		long started = System.nanoTime();
		long cpuStarted = this.clock.nanos();
		do {
			work.run(1);
			batches++;
		}
		while (System.nanoTime() - started < length);
		double nanosPerBatch = (double) Math.max(1, this.clock.nanos() - cpuStarted) / batches;
		return Math.max(1, Math.round(this.effort.sample().toNanos() / nanosPerBatch));
	}

	private double sample(Work work, long batches) throws Exception {
		long started = this.clock.nanos();
		work.run(batches);
		long elapsed = this.clock.nanos() - started;
		return Math.max(1, elapsed) / ((double) batches * work.operations());
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
