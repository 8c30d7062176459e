package dev.wasmsandbox.observe;

/**
 * Is told of the work of one module. Called on callers' threads, by many at once, on
 * their way: it takes nanoseconds, never blocks and never throws.
 */
public interface WorkRecorder {

	/** Listens to nothing, so that nobody needs to look at a clock. */
	WorkRecorder NONE = new WorkRecorder() {

		@Override
		public boolean listens() {
			return false;
		}

		@Override
		public CallRecorder function(String export) {
			return CallRecorder.NONE;
		}

		@Override
		public void acquired(long nanos) {
		}

		@Override
		public void coldStart(long nanos, boolean awaited) {
		}

		@Override
		public void sessionClosed(long nanos) {
		}

		@Override
		public void allocated(long blocks, long bytes) {
		}

		@Override
		public void allocationTimed(long nanos) {
		}

		@Override
		public void transferred(long bytesIn, long bytesOut, long bytesMapped) {
		}

		@Override
		public void released(long memoryBytes) {
		}

	};

	/** Whether it wants to be told; the same for good. */
	boolean listens();

	/**
	 * Who is told of the calls of one function. The answer does not change and may be
	 * kept.
	 * @param export the name of an export; all other names share one recorder
	 */
	CallRecorder function(String export);

	/**
	 * A caller waited so long for a sandbox, in vain if the pool was busy; not every one
	 * is told.
	 */
	void acquired(long nanos);

	/**
	 * A sandbox was made, with its start function or its snapshot.
	 * @param awaited whether a caller waited for it; others are made ahead, which leaves
	 * the start function to the first lease where it cannot be run once for all
	 */
	void coldStart(long nanos, boolean awaited);

	/** A session was closed that had been open for so long. */
	void sessionClosed(long nanos);

	/** Blocks that the host allocated in a guest, all of them, told when a lease ends. */
	void allocated(long blocks, long bytes);

	/**
	 * How long one of them took; few are told, because a clock costs more than a block.
	 */
	void allocationTimed(long nanos);

	/**
	 * Bytes that were copied to a guest and from it, told when a lease ends.
	 * @param bytesMapped those that the guest saw without a copy
	 */
	void transferred(long bytesIn, long bytesOut, long bytesMapped);

	/** A sandbox was given back whose guest had so much linear memory at the end. */
	void released(long memoryBytes);

}
