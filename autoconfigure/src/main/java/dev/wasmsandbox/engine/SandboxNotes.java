package dev.wasmsandbox.engine;

import dev.wasmsandbox.memory.ResetStrategy;

/**
 * What a pool notes on one sandbox: which generation it is of, since when it is seen
 * idle, and what its resets did. It guarantees nothing by itself: whoever holds the
 * sandbox writes it.
 *
 * <p>
 * The figures are plain fields, because counting is on the way of every call: only the
 * holder adds to them, other threads may read them a little late.
 */
public final class SandboxNotes {

	private long copiedBack;

	private long givenBack;

	private long scanned;

	private long writtenBytes;

	private int generation;

	private long made;

	private volatile long idleSince;

	private boolean trimmed;

	/** Counts a reset; called by the holder of the sandbox. */
	void reset(ResetStrategy strategy, long written) {
		switch (strategy) {
			case COPY_BACK -> this.copiedBack++;
			case GIVE_BACK -> this.givenBack++;
			case WRITTEN_PAGES -> this.scanned++;
		}
		this.writtenBytes += written;
	}

	/** Takes the figures of another sandbox over, when that one is given up. */
	public void add(SandboxNotes other) {
		this.copiedBack += other.copiedBack;
		this.givenBack += other.givenBack;
		this.scanned += other.scanned;
		this.writtenBytes += other.writtenBytes;
	}

	/** How often its memory was reset in the given way. */
	public long resets(ResetStrategy strategy) {
		return switch (strategy) {
			case COPY_BACK -> this.copiedBack;
			case GIVE_BACK -> this.givenBack;
			case WRITTEN_PAGES -> this.scanned;
		};
	}

	/** How many bytes these resets found written, as far as the strategies know. */
	public long writtenBytes() {
		return this.writtenBytes;
	}

	public int generation() {
		return this.generation;
	}

	public void generation(int number) {
		this.generation = number;
	}

	/**
	 * When its making began, by {@link System#nanoTime()}, until that was told; 0 then,
	 * and where nobody wants to be told.
	 */
	public long made() {
		return this.made;
	}

	public void made(long nanos) {
		this.made = nanos;
	}

	/** When it was first seen idle, by {@link System#nanoTime()}; 0 if not yet. */
	public long idleSince() {
		return this.idleSince;
	}

	public void idleSince(long nanos) {
		this.idleSince = nanos;
	}

	/** Whether its pages were given back since its last lease. */
	public boolean trimmed() {
		return this.trimmed;
	}

	public void trimmed(boolean done) {
		this.trimmed = done;
	}

}
