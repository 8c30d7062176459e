package dev.wasmsandbox.screen;

/**
 * What a run of a module can change besides its memory and its mutable globals, read off
 * its instructions. What is false here needs no restoring between two runs.
 *
 * @param tableEntries whether it sets entries of tables
 * @param tableGrowth whether it grows tables
 * @param droppedSegments whether it drops data or element segments
 * @param exceptions whether it throws or catches exceptions
 * @param atomics whether it uses atomic instructions
 */
public record Mutations(boolean tableEntries, boolean tableGrowth, boolean droppedSegments, boolean exceptions,
		boolean atomics) {

	/**
	 * Whether everything a run can change can be restored in place. Grown tables and
	 * exception references cannot: the engine has no way to shrink or forget them.
	 */
	public boolean restorable() {
		return !this.tableGrowth && !this.exceptions;
	}

}
