package dev.wasmsandbox;

import java.util.concurrent.atomic.LongAdder;

import dev.wasmsandbox.observe.CallRecorder;
import dev.wasmsandbox.observe.WorkRecorder;

/** Adds up what leases and pools tell, as it comes. Thread-safe. */
final class ToldWork implements WorkRecorder {

	private final LongAdder blocks = new LongAdder();

	private final LongAdder blockBytes = new LongAdder();

	private final LongAdder timed = new LongAdder();

	private final LongAdder timedNanos = new LongAdder();

	private final LongAdder bytesIn = new LongAdder();

	private final LongAdder bytesOut = new LongAdder();

	private final LongAdder bytesMapped = new LongAdder();

	private final LongAdder coldStarts = new LongAdder();

	private final LongAdder awaited = new LongAdder();

	@Override
	public boolean listens() {
		return true;
	}

	@Override
	public CallRecorder function(String export) {
		return CallRecorder.NONE;
	}

	@Override
	public void acquired(long nanos) {
	}

	@Override
	public void coldStart(long nanos, boolean wasAwaited) {
		this.coldStarts.increment();
		if (wasAwaited) {
			this.awaited.increment();
		}
	}

	@Override
	public void sessionClosed(long nanos) {
	}

	@Override
	public void allocated(long count, long bytes) {
		this.blocks.add(count);
		this.blockBytes.add(bytes);
	}

	@Override
	public void allocationTimed(long nanos) {
		this.timed.increment();
		this.timedNanos.add(nanos);
	}

	@Override
	public void transferred(long in, long out, long mapped) {
		this.bytesIn.add(in);
		this.bytesOut.add(out);
		this.bytesMapped.add(mapped);
	}

	@Override
	public void released(long memoryBytes) {
	}

	long blocks() {
		return this.blocks.sum();
	}

	long blockBytes() {
		return this.blockBytes.sum();
	}

	long timed() {
		return this.timed.sum();
	}

	long timedNanos() {
		return this.timedNanos.sum();
	}

	long bytesIn() {
		return this.bytesIn.sum();
	}

	long bytesOut() {
		return this.bytesOut.sum();
	}

	long bytesMapped() {
		return this.bytesMapped.sum();
	}

	long coldStarts() {
		return this.coldStarts.sum();
	}

	long awaited() {
		return this.awaited.sum();
	}

}
