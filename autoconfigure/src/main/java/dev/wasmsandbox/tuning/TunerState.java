package dev.wasmsandbox.tuning;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * All that the core remembers. Immutable, bounded, and made of numbers, strings, lists
 * and maps only, so that it can be written down and read back.
 *
 * @param window how many windows there were
 * @param trials how many trials were started, ever: the error is spent on them
 * @param random the state of the generator that places windows
 * @param proven the last proven values, by parameter
 * @param trial the trial under way
 * @param noise differences between windows with the same configuration, the oldest first,
 * in standard deviations of one window as natural logarithm
 * @param history trials that ended, the oldest first
 * @param rejections moves not to be made again for a while
 * @param quietUntil the window before which nothing is tried
 * @param level what the load is like
 * @param shift the window of the last shift of the load
 * @param unpaired the score of a window that waits for a second one to measure noise
 * with, as natural logarithm
 */
public record TunerState(long window, int trials, long random, Map<String, Double> proven, @Nullable TrialState trial,
		List<Double> noise, List<TrialResult> history, List<Rejection> rejections, long quietUntil, LoadLevel level,
		long shift, @Nullable Double unpaired) {

	public TunerState {
		proven = Map.copyOf(proven);
		noise = List.copyOf(noise);
		history = List.copyOf(history);
		rejections = List.copyOf(rejections);
	}

	/**
	 * Knows nothing yet.
	 * @param seed where the generator starts; the same seed and the same samples give the
	 * same decisions
	 */
	public static TunerState initial(long seed) {
		return new TunerState(0, 0, seed, Map.of(), null, List.of(), List.of(), List.of(), 0, LoadLevel.UNKNOWN, 0,
				null);
	}

	/**
	 * What is left after a restart: a trial under way is over, the proven values are to
	 * be set. The noise is measured anew, because the machine may be another one.
	 */
	public TunerState restarted() {
		return new TunerState(this.window, this.trials, this.random, this.proven, null, List.of(), this.history,
				this.rejections, this.window, LoadLevel.UNKNOWN, this.shift, null);
	}

	/**
	 * A move that is not made again for a while.
	 *
	 * @param move the move
	 * @param until the window up to which it is remembered
	 */
	public record Rejection(Move move, long until) {
	}

	/**
	 * A trial under way. Immutable.
	 *
	 * @param number its number, from 1
	 * @param proposal what is tried and why
	 * @param started the window in which it began
	 * @param scale how large a gain is looked for, in standard deviations of a block
	 * @param error the part of the error for all trials that is spent on this one
	 * @param exposure how many windows in a row have the new values
	 * @param gap how many windows to wait before the block
	 * @param missing how many windows in a row with the new values did not count, though
	 * those before them did
	 * @param block scores of the block so far, as natural logarithms
	 * @param differences what each block gave, as natural logarithms
	 */
	public record TrialState(int number, Move.Proposal proposal, long started, double scale, double error, int exposure,
			int gap, int missing, List<Double> block, List<Double> differences) {

		public TrialState {
			block = List.copyOf(block);
			differences = List.copyOf(differences);
		}

		/** Whether the new values are active in the window to come. */
		boolean trying() {
			return this.gap == 0 && !this.block.isEmpty() && this.block.size() <= this.exposure;
		}

	}

	/**
	 * What the load is like with the proven values: means of natural logarithms.
	 *
	 * @param windows how many windows it rests on
	 * @param score the mean score over about 30 windows
	 * @param recentScore the same over about 3
	 * @param operations the mean number of operations over about 30 windows
	 * @param recentOperations the same over about 3
	 * @param slowScore the mean score over about 50 windows
	 * @param slowestScore the same over about 250
	 * @param spread the mean square of the difference of the first two
	 * @param slowSpread the mean square of the difference of the last two
	 */
	public record LoadLevel(int windows, double score, double recentScore, double operations, double recentOperations,
			double slowScore, double slowestScore, double spread, double slowSpread) {

		/** Nothing was seen. */
		public static final LoadLevel UNKNOWN = new LoadLevel(0, 0, 0, 0, 0, 0, 0, 0, 0);

	}

}
