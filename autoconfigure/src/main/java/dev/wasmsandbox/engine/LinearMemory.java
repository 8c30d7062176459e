package dev.wasmsandbox.engine;

import java.time.Duration;

import com.dylibso.chicory.runtime.ConstantEvaluators;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.types.ActiveDataSegment;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.PassiveDataSegment;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.memory.MemorySlot;
import dev.wasmsandbox.screen.MemoryType;
import org.jspecify.annotations.Nullable;

/**
 * The engine's view of one sandbox's memory, and the only implementation it ever sees:
 * compiled code calls it directly, and a second class in the same place would make every
 * access several times slower.
 *
 * <p>
 * It lives as long as its slot. {@link #open} readies it for an instance, {@link #close}
 * leaves a clean slot with nothing in bounds.
 */
public final class LinearMemory extends CallControl implements Memory {

	/** Bulk instructions look at the deadline after as many bytes. */
	private static final int BULK_STEP = 1 << 20;

	private final Watchdog watchdog;

	private final int initialPages;

	private final int maximumPages;

	private int pages;

	private DataSegment[] segments = {};

	private LinearMemory(MemorySlot slot, Watchdog watchdog, Duration timeout, int initialPages, int maximumPages) {
		super(slot, watchdog, timeout);
		this.watchdog = watchdog;
		this.initialPages = initialPages;
		this.maximumPages = maximumPages;
	}

	/**
	 * Reserves a memory with the declared initial size, and the lower of the declared and
	 * the allowed maximum. A module without a memory gets an empty one.
	 */
	static LinearMemory reserve(@Nullable MemoryType type, SandboxLimits limits, Watchdog watchdog) {
		int initial = (type != null) ? Math.toIntExact(type.initialPages()) : 0;
		int maximum = (type != null) ? (int) Math.min(type.maximumPages(), limits.memoryPages()) : 0;
		MemorySlot slot = MemorySlot.reserve((long) maximum * PAGE_SIZE);
		LinearMemory memory = new LinearMemory(slot, watchdog, limits.callTimeout(), initial, maximum);
		watchdog.watch(memory);
		return memory;
	}

	void open() {
		this.pages = this.initialPages;
		resize((long) this.pages * PAGE_SIZE);
	}

	/** Empties the memory; returns whether the slot is clean and can be used again. */
	boolean close() {
		long used = size();
		resize(0);
		this.pages = 0;
		this.segments = new DataSegment[0];
		return slot().clear(used);
	}

	void release() {
		resize(0);
		this.watchdog.forget(this);
		slot().release();
	}

	@Override
	public int pages() {
		return this.pages;
	}

	@Override
	public int grow(int delta) {
		int before = this.pages;
		if (delta < 0 || delta > this.maximumPages - before) {
			return -1;
		}
		this.pages = before + delta;
		resize((long) this.pages * PAGE_SIZE);
		return before;
	}

	@Override
	public int initialPages() {
		return this.initialPages;
	}

	@Override
	public int maximumPages() {
		return this.maximumPages;
	}

	@Override
	public boolean shared() {
		return false;
	}

	@Override
	@SuppressWarnings("removal")
	public Object lock(int address) {
		return this;
	}

	@Override
	@SuppressWarnings("removal")
	public int waitOn(int address, int expected, long timeout) {
		throw new ChicoryException("atomic wait on a memory that is not shared");
	}

	@Override
	@SuppressWarnings("removal")
	public int waitOn(int address, long expected, long timeout) {
		throw new ChicoryException("atomic wait on a memory that is not shared");
	}

	@Override
	@SuppressWarnings("removal")
	public int notify(int address, int maxThreads) {
		require(address, 4);
		return 0;
	}

	@Override
	public void initialize(Instance instance, DataSegment[] dataSegments) {
		this.segments = (dataSegments != null) ? dataSegments : new DataSegment[0];
		for (DataSegment segment : this.segments) {
			if (segment instanceof ActiveDataSegment active) {
				int offset = (int) ConstantEvaluators.computeConstantValue(instance, active.offsetInstructions())[0];
				write(offset, active.data());
			}
		}
	}

	@Override
	public void initPassiveSegment(int segment, int target, int source, int length) {
		DataSegment from = this.segments[segment];
		byte[] data = (from instanceof PassiveDataSegment) ? from.data() : new byte[0];
		require(target, Integer.toUnsignedLong(length));
		if (Integer.toUnsignedLong(source) + Integer.toUnsignedLong(length) > data.length) {
			throw new ChicoryException("out of bounds memory access: beyond the end of a data segment");
		}
		write(target, data, source, length);
	}

	@Override
	public void drop(int segment) {
		this.segments[segment] = PassiveDataSegment.EMPTY;
	}

	@Override
	public void zero() {
		// A memory is opened over a clean slot.
	}

	@Override
	public void fill(byte value, int from, int to) {
		long length = Integer.toUnsignedLong(to - from);
		require(from, length);
		for (long done = 0; done < length; done += BULK_STEP) {
			check();
			fill((int) (from + done), Math.min(BULK_STEP, length - done), value);
		}
	}

	@Override
	public void copy(int target, int source, int size) {
		long length = Integer.toUnsignedLong(size);
		require(target, length);
		require(source, length);
		if (length <= BULK_STEP) {
			move(target, source, length);
		}
		else if (Integer.toUnsignedLong(target) <= Integer.toUnsignedLong(source)) {
			for (long done = 0; done < length; done += BULK_STEP) {
				check();
				move((int) (target + done), (int) (source + done), Math.min(BULK_STEP, length - done));
			}
		}
		else {
			for (long left = length; left > 0; left -= BULK_STEP) {
				check();
				long from = Math.max(0, left - BULK_STEP);
				move((int) (target + from), (int) (source + from), left - from);
			}
		}
	}

	@Override
	public byte[] readBytes(int address, int length) {
		require(address, Integer.toUnsignedLong(length));
		byte[] bytes = new byte[length];
		read(address, bytes, 0, length);
		return bytes;
	}

	@Override
	public byte read(int address) {
		return loadByte(address);
	}

	@Override
	public short readShort(int address) {
		return loadShort(address);
	}

	@Override
	public long readU16(int address) {
		return loadShort(address) & 0xffffL;
	}

	@Override
	public int readInt(int address) {
		return loadInt(address);
	}

	@Override
	public long readLong(int address) {
		return loadLong(address);
	}

	@Override
	public float readFloat(int address) {
		return loadFloat(address);
	}

	@Override
	public long readF32(int address) {
		return loadInt(address);
	}

	@Override
	public double readDouble(int address) {
		return loadDouble(address);
	}

	@Override
	public long readF64(int address) {
		return loadLong(address);
	}

	@Override
	public void writeByte(int address, byte value) {
		storeByte(address, value);
	}

	@Override
	public void writeShort(int address, short value) {
		storeShort(address, value);
	}

	@Override
	public void writeI32(int address, int value) {
		storeInt(address, value);
	}

	@Override
	public void writeLong(int address, long value) {
		storeLong(address, value);
	}

	@Override
	public void writeF32(int address, float value) {
		storeFloat(address, value);
	}

	@Override
	public void writeF64(int address, double value) {
		storeDouble(address, value);
	}

}
