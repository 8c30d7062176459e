package dev.wasmsandbox.engine;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

import com.dylibso.chicory.runtime.ConstantEvaluators;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.types.ActiveDataSegment;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.PassiveDataSegment;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.memory.MemorySlot;
import dev.wasmsandbox.memory.ResetStrategy;
import org.jspecify.annotations.Nullable;

/**
 * The engine's view of one sandbox's memory, and the only implementation it ever sees:
 * compiled code calls it directly, and a second class in the same place would make every
 * access several times slower.
 *
 * <p>
 * It lives as long as its slot. {@link #open} readies it for a lease, {@link #close}
 * leaves a clean slot with nothing in bounds.
 */
public final class LinearMemory extends CallControl implements Memory {

	/** Bulk instructions look at the deadline after as many bytes. */
	private static final int BULK_STEP = 1 << 20;

	/** Bulk instructions take a unit of fuel for as many bytes. */
	private static final int BYTES_PER_UNIT = 128;

	private final Watchdog watchdog;

	private final int initialPages;

	private final int maximumPages;

	private int pages;

	private long refusedBytes;

	private final boolean fromImage;

	/** The functions of the host, in the order of the imports; the same for all. */
	private final HostCall[] hostCalls;

	/** The lease in force, which host functions are told. */
	private @Nullable GuestInstance guest;

	/** Shared with the instance, which drops segments from it. */
	private DataSegment[] segments = {};

	private DataSegment[] pristineSegments = {};

	LinearMemory(MemorySlot slot, Watchdog watchdog, SandboxLimits limits, int initialPages, int maximumPages,
			boolean fromImage, HostCall[] hostCalls) {
		super(slot, watchdog, limits.callTimeout(), limits.fuel());
		this.watchdog = watchdog;
		this.initialPages = initialPages;
		this.maximumPages = maximumPages;
		this.fromImage = fromImage;
		this.hostCalls = hostCalls;
		watchdog.watch(this);
	}

	/** The accesses of code that keeps a memory's address and size in variables. */
	static MethodHandle nearAccess(String name, MethodType type) throws ReflectiveOperationException {
		return nearAccess(MethodHandles.lookup(), name, type);
	}

	/** Says whose it is; nobody's between leases. */
	void guest(@Nullable GuestInstance lease) {
		this.guest = lease;
	}

	@Nullable GuestInstance leasedTo() {
		return this.guest;
	}

	HostCall[] hostCalls() {
		return this.hostCalls;
	}

	/** The guest that runs. */
	GuestInstance guest() {
		GuestInstance current = this.guest;
		if (current == null) {
			throw new IllegalStateException("The sandbox is not leased");
		}
		return current;
	}

	/** The size it starts with, in bytes. */
	long initialBytes() {
		return (long) this.initialPages * PAGE_SIZE;
	}

	/**
	 * The size that the guest last asked for in vain; 0 if it always got what it wanted.
	 */
	long refusedBytes() {
		return this.refusedBytes;
	}

	void open() {
		this.refusedBytes = 0;
		this.pages = this.initialPages;
		openSlot(initialBytes());
	}

	/**
	 * Empties the memory and drops what segments were dropped.
	 * @return how many bytes had been written; -1 if it must not be used again
	 */
	long close(ResetStrategy strategy) {
		this.pages = 0;
		System.arraycopy(this.pristineSegments, 0, this.segments, 0, this.segments.length);
		return closeSlot(strategy);
	}

	/** As {@link #countHostMemory}, for the lease. */
	void keepForGuest(long bytes) {
		countHostMemory(bytes);
	}

	/** The data segments as they are now. */
	DataSegment[] segments() {
		return this.segments.clone();
	}

	/** Sets what the data segments are between leases, and now. */
	void setPristine(DataSegment[] pristine) {
		this.pristineSegments = pristine;
		System.arraycopy(pristine, 0, this.segments, 0, this.segments.length);
	}

	/** The offsets of the pages the guest has written, for choosing a reset strategy. */
	long[] written() {
		return writtenPages();
	}

	void release() {
		detach();
		leaveChain();
		this.watchdog.forget(this);
		slot().release();
	}

	/** As {@link #release}, while native code may still use a view of it. */
	void abandon() {
		detach();
		leaveChain();
		this.watchdog.forget(this);
		slot().abandon();
	}

	@Override
	public int pages() {
		return this.pages;
	}

	@Override
	public int grow(int delta) {
		int before = this.pages;
		long wanted = before + Integer.toUnsignedLong(delta);
		if (wanted > this.maximumPages || !growSlot(wanted * PAGE_SIZE)) {
			this.refusedBytes = wanted * PAGE_SIZE;
			return -1;
		}
		this.pages = before + delta;
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
		this.pristineSegments = this.segments.clone();
		if (this.fromImage) {
			return;
		}
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
		for (int done = 0; done < length; done += BULK_STEP) {
			int step = Math.min(BULK_STEP, length - done);
			check(step / BYTES_PER_UNIT);
			write(target + done, data, source + done, step);
		}
	}

	@Override
	public void drop(int segment) {
		this.segments[segment] = PassiveDataSegment.EMPTY;
	}

	@Override
	public void zero() {
		// A slot is opened holding its image.
	}

	@Override
	public void fill(byte value, int from, int to) {
		long length = Integer.toUnsignedLong(to - from);
		require(from, length);
		for (long done = 0; done < length; done += BULK_STEP) {
			long step = Math.min(BULK_STEP, length - done);
			check(step / BYTES_PER_UNIT);
			fill((int) (from + done), step, value);
		}
	}

	@Override
	public void copy(int target, int source, int size) {
		long length = Integer.toUnsignedLong(size);
		require(target, length);
		require(source, length);
		boolean upwards = Integer.toUnsignedLong(target) <= Integer.toUnsignedLong(source);
		for (long done = 0; done < length; done += BULK_STEP) {
			long step = Math.min(BULK_STEP, length - done);
			long at = upwards ? done : length - done - step;
			check(step / BYTES_PER_UNIT);
			move((int) (target + at), (int) (source + at), step);
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
		return loadByte(Integer.toUnsignedLong(address));
	}

	@Override
	public short readShort(int address) {
		return loadShort(Integer.toUnsignedLong(address));
	}

	@Override
	public long readU16(int address) {
		return loadShort(Integer.toUnsignedLong(address)) & 0xffffL;
	}

	@Override
	public int readInt(int address) {
		return loadInt(Integer.toUnsignedLong(address));
	}

	@Override
	public long readLong(int address) {
		return loadLong(Integer.toUnsignedLong(address));
	}

	@Override
	public float readFloat(int address) {
		return loadFloat(Integer.toUnsignedLong(address));
	}

	@Override
	public long readF32(int address) {
		return loadInt(Integer.toUnsignedLong(address));
	}

	@Override
	public double readDouble(int address) {
		return loadDouble(Integer.toUnsignedLong(address));
	}

	@Override
	public long readF64(int address) {
		return loadLong(Integer.toUnsignedLong(address));
	}

	@Override
	public void writeByte(int address, byte value) {
		storeByte(Integer.toUnsignedLong(address), value);
	}

	@Override
	public void writeShort(int address, short value) {
		storeShort(Integer.toUnsignedLong(address), value);
	}

	@Override
	public void writeI32(int address, int value) {
		storeInt(Integer.toUnsignedLong(address), value);
	}

	@Override
	public void writeLong(int address, long value) {
		storeLong(Integer.toUnsignedLong(address), value);
	}

	@Override
	public void writeF32(int address, float value) {
		storeFloat(Integer.toUnsignedLong(address), value);
	}

	@Override
	public void writeF64(int address, double value) {
		storeDouble(Integer.toUnsignedLong(address), value);
	}

}
