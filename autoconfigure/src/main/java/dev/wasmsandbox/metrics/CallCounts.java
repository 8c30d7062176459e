package dev.wasmsandbox.metrics;

import dev.wasmsandbox.observe.Outcome;

/**
 * Calls over some time. Immutable.
 *
 * @param clean calls in clean sandboxes by how they ended
 * @param held calls in sessions by how they ended
 * @param cleanNanos what the calls in clean sandboxes took together
 * @param heldTimed how many calls in sessions were timed
 * @param heldTimedNanos what those took together
 * @param refusedNanos the part of {@code cleanNanos} that calls took which waited for a
 * sandbox in vain
 * @param processorTimed how many calls in clean sandboxes were asked for the time that
 * their threads were on a processor
 * @param processorNanos that time of those calls
 */
public record CallCounts(OutcomeCounts clean, OutcomeCounts held, long cleanNanos, long heldTimed, long heldTimedNanos,
		long refusedNanos, long processorTimed, long processorNanos) {

	static final CallCounts NONE = new CallCounts(OutcomeCounts.none(), OutcomeCounts.none(), 0, 0, 0, 0, 0, 0);

	/** All calls by how they ended. */
	public OutcomeCounts all() {
		return this.clean.plus(this.held);
	}

	/** The mean time of a call in a session, in nanoseconds; 0 if none was timed. */
	public double heldMeanNanos() {
		return (this.heldTimed > 0) ? (double) this.heldTimedNanos / this.heldTimed : 0;
	}

	/** The time of all calls, those in sessions by the mean of the timed ones. */
	public double busyNanos() {
		return this.cleanNanos + heldMeanNanos() * this.held.total();
	}

	/**
	 * The processor time of all calls, in nanoseconds: so much for each as those took
	 * that were asked. Not the part of their time that they were on a processor, for one
	 * that was interrupted for long while it was asked would change that for all.
	 */
	public double processorBusyNanos() {
		long served = Math.max(0, this.cleanNanos - this.refusedNanos);
		double clean = served;
		if (this.processorTimed > 0) {
			double each = (double) this.processorNanos / this.processorTimed;
			clean = Math.min((double) served, each * (this.clean.total() - this.clean.count(Outcome.BUSY)));
		}
		double share = (served > 0) ? clean / served : 1;
		return clean + share * heldMeanNanos() * this.held.total();
	}

	CallCounts plus(CallCounts other) {
		return new CallCounts(this.clean.plus(other.clean), this.held.plus(other.held),
				this.cleanNanos + other.cleanNanos, this.heldTimed + other.heldTimed,
				this.heldTimedNanos + other.heldTimedNanos, this.refusedNanos + other.refusedNanos,
				this.processorTimed + other.processorTimed, this.processorNanos + other.processorNanos);
	}

	/** What came since an earlier time. */
	public CallCounts minus(CallCounts earlier) {
		return new CallCounts(this.clean.minus(earlier.clean), this.held.minus(earlier.held),
				Math.max(0, this.cleanNanos - earlier.cleanNanos), Math.max(0, this.heldTimed - earlier.heldTimed),
				Math.max(0, this.heldTimedNanos - earlier.heldTimedNanos),
				Math.max(0, this.refusedNanos - earlier.refusedNanos),
				Math.max(0, this.processorTimed - earlier.processorTimed),
				Math.max(0, this.processorNanos - earlier.processorNanos));
	}

}
