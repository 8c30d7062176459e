package dev.wasmsandbox.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import org.jspecify.annotations.Nullable;

/**
 * One linear memory in one contiguous range of addresses. Every access is checked against
 * the current size, so none can leave the slot; addresses are unsigned 32-bit numbers.
 *
 * <p>
 * Invariant: {@code size <= slot.capacity()}, and {@code size} is zero between leases, so
 * that whoever still holds the memory reaches nothing. It belongs to the thread that runs
 * its sandbox.
 *
 * <p>
 * {@code loadX} and {@code storeX} read and write little-endian values at an address of
 * 33 bits or fewer, which need not be aligned; beyond the size they throw a
 * {@link MemoryAccessException} and change nothing.
 */
public abstract class FlatMemory {

	// Exact handles in constants: HotSpot makes half as many nodes of an access as
	// through
	// the layouts, and has only so many to spend on a method.

	static final VarHandle BYTE_AT = exact(ValueLayout.JAVA_BYTE);

	static final VarHandle SHORT_AT = exact(ValueLayout.JAVA_SHORT_UNALIGNED);

	static final VarHandle INT_AT = exact(ValueLayout.JAVA_INT_UNALIGNED);

	static final VarHandle LONG_AT = exact(ValueLayout.JAVA_LONG_UNALIGNED);

	static final VarHandle FLOAT_AT = exact(ValueLayout.JAVA_FLOAT_UNALIGNED);

	static final VarHandle DOUBLE_AT = exact(ValueLayout.JAVA_DOUBLE_UNALIGNED);

	private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED
		.withOrder(ByteOrder.LITTLE_ENDIAN);

	static final int BASE_SHIFT = 2;

	private final MemorySlot slot;

	/** Where accesses go when native access is denied; the slot's own memory. */
	private MemorySegment own = MemorySegment.NULL;

	/**
	 * The slot's address, shifted left, so that HotSpot sees from shifting it back that
	 * no access can lie near the end of the largest segment there is, and leaves that
	 * check out.
	 */
	private long shiftedBase;

	private long size;

	/** The largest size since the memory was opened. */
	private long peak;

	/** Who pays for growth during the lease, and what is counted there. */
	private @Nullable MemoryQuota quota;

	private long charged;

	protected FlatMemory(MemorySlot slot) {
		this.slot = slot;
	}

	private static VarHandle exact(ValueLayout layout) {
		return layout.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle().withInvokeExactBehavior();
	}

	/** HotSpot folds the choice: the flag is a constant. */
	private MemorySegment space() {
		return AddressSpace.DIRECT ? AddressSpace.ALL : this.own;
	}

	private long base() {
		return this.shiftedBase >>> BASE_SHIFT;
	}

	/** The address as code may hold it that {@link NearMemory} serves, shifted. */
	final long nearBase() {
		return this.shiftedBase;
	}

	/**
	 * The size that goes with it; zero where the address can change while a guest runs,
	 * or is not one of the process.
	 */
	final long nearLimit() {
		return (AddressSpace.DIRECT && this.slot instanceof MappedSlot) ? this.size : 0;
	}

	/**
	 * The accesses for code that keeps a memory's address and size in variables.
	 * @param caller proves that the class that asks is a memory itself
	 * @param name what it does
	 * @param type its type, with any supertype of the memory
	 */
	protected static MethodHandle nearAccess(MethodHandles.Lookup caller, String name, MethodType type)
			throws ReflectiveOperationException {
		if (!caller.hasFullPrivilegeAccess() || !FlatMemory.class.isAssignableFrom(caller.lookupClass())) {
			throw new IllegalAccessException("Only a memory may ask for such an access");
		}
		return NearMemory.access(name, type);
	}

	private void locateSlot() {
		this.shiftedBase = this.slot.base() << BASE_SHIFT;
		if (!AddressSpace.DIRECT) {
			this.own = this.slot.segment();
		}
	}

	/** The current size in bytes. */
	public final long size() {
		return this.size;
	}

	/** The slot this memory lies in. */
	public final MemorySlot slot() {
		return this.slot;
	}

	/**
	 * Puts the memory's initial bytes into bounds.
	 * @throws IllegalStateException if the slot cannot be opened with this size
	 */
	protected final void openSlot(long bytes) {
		if (!this.slot.open(bytes)) {
			throw new IllegalStateException("The slot does not start with " + bytes + " bytes");
		}
		locateSlot();
		this.size = bytes;
		this.peak = bytes;
	}

	/**
	 * Grows the memory; the new bytes are zero.
	 * @return whether there was room
	 */
	protected final boolean growSlot(long bytes) {
		if (bytes < this.size || bytes > this.slot.capacity() || this.slot.broken()) {
			return false;
		}
		long more = bytes - this.size;
		if (more > 0 && !charge(more)) {
			return false;
		}
		if (more > 0 && !this.slot.grow(this.size, bytes)) {
			uncharge(more);
			requireWhole();
			return false;
		}
		locateSlot();
		this.size = bytes;
		this.peak = bytes;
		return true;
	}

	/**
	 * Puts everything out of bounds and brings the slot back to its image.
	 * @return how many bytes had been written, -1 if the slot must not be used again
	 */
	protected final long closeSlot(ResetStrategy strategy) {
		long used = this.peak;
		detach();
		return this.slot.close(used, strategy);
	}

	/**
	 * The offsets of the pages written since the memory was opened, if the kernel says.
	 */
	protected final long[] writtenPages() {
		long image = Math.min(this.size, this.slot.imageBytes());
		return (this.slot instanceof MappedSlot && WrittenPages.supported() && image > 0)
				? WrittenPages.offsets(base(), image) : new long[0];
	}

	/**
	 * Says who pays for what the memory grows by, until nothing is in bounds any more.
	 */
	protected final void growAtCostOf(@Nullable MemoryQuota payer) {
		this.quota = payer;
	}

	private boolean charge(long bytes) {
		MemoryQuota payer = this.quota;
		if (payer == null) {
			return true;
		}
		boolean taken = payer.tryTake(bytes);
		this.charged += taken ? bytes : 0;
		return taken;
	}

	/**
	 * Counts what the host keeps for the guest outside of the slot: as growth is, until
	 * nothing is in bounds any more.
	 * @throws SandboxLimitException if who pays or the budget has no room for it
	 */
	protected final void countHostMemory(long bytes) {
		MemoryQuota payer = this.quota;
		if (payer != null && !charge(bytes)) {
			long now = payer.taken();
			throw new SandboxLimitException(null, null, "tenants.memory", payer.limit(), now + bytes,
					"its tenant's quota memory of " + payer.limit() + " bytes is used up: the tenant's sandboxes have "
							+ now + " bytes, and " + bytes
							+ " more were to be kept for this one by its host; close sessions or raise the quota",
					null);
		}
		boolean counted = false;
		try {
			this.slot.count(bytes);
			counted = true;
		}
		finally {
			if (!counted) {
				uncharge(bytes);
			}
		}
	}

	private void uncharge(long bytes) {
		MemoryQuota payer = this.quota;
		if (payer != null) {
			this.charged -= bytes;
			payer.giveBack(bytes);
		}
	}

	/** Puts everything out of bounds. */
	protected final void detach() {
		uncharge(this.charged);
		this.quota = null;
		this.size = 0;
		this.peak = 0;
		this.shiftedBase = 0;
		this.own = MemorySegment.NULL;
	}

	public final byte loadByte(long address) {
		return (byte) BYTE_AT.get(space(), within(address, 1));
	}

	public final void storeByte(long address, byte value) {
		BYTE_AT.set(space(), within(address, 1), value);
	}

	public final short loadShort(long address) {
		return (short) SHORT_AT.get(space(), within(address, 2));
	}

	public final void storeShort(long address, short value) {
		SHORT_AT.set(space(), within(address, 2), value);
	}

	public final int loadInt(long address) {
		return (int) INT_AT.get(space(), within(address, 4));
	}

	public final void storeInt(long address, int value) {
		INT_AT.set(space(), within(address, 4), value);
	}

	public final long loadLong(long address) {
		return (long) LONG_AT.get(space(), within(address, 8));
	}

	public final void storeLong(long address, long value) {
		LONG_AT.set(space(), within(address, 8), value);
	}

	public final float loadFloat(long address) {
		return (float) FLOAT_AT.get(space(), within(address, 4));
	}

	public final void storeFloat(long address, float value) {
		FLOAT_AT.set(space(), within(address, 4), value);
	}

	public final double loadDouble(long address) {
		return (double) DOUBLE_AT.get(space(), within(address, 8));
	}

	public final void storeDouble(long address, double value) {
		DOUBLE_AT.set(space(), within(address, 8), value);
	}

	/** The memory's content, for making an image of it. */
	public final MemorySegment content() {
		return space().asSlice(base(), this.size).asReadOnly();
	}

	/** Copies bytes of the host into the memory. */
	public final void write(int address, byte[] source, int offset, int length) {
		long at = locate(address, Integer.toUnsignedLong(length));
		MemorySegment.copy(source, offset, space(), ValueLayout.JAVA_BYTE, at, length);
	}

	/** Copies bytes of the memory to the host. */
	public final void read(int address, byte[] target, int offset, int length) {
		long at = locate(address, Integer.toUnsignedLong(length));
		MemorySegment.copy(space(), ValueLayout.JAVA_BYTE, at, target, offset, length);
	}

	/** Copies bytes of the host, all of the segment, into the memory. */
	public final void write(int address, MemorySegment source) {
		long at = locate(address, source.byteSize());
		MemorySegment.copy(source, 0, space(), at, source.byteSize());
	}

	/** Copies bytes of the memory to the host, as many as the segment has. */
	public final void read(int address, MemorySegment target) {
		long at = locate(address, target.byteSize());
		MemorySegment.copy(space(), at, target, 0, target.byteSize());
	}

	/** Copies within the memory; the ranges may overlap. Lengths are unsigned. */
	protected final void move(int target, int source, long length) {
		long to = locate(target, length);
		long from = locate(source, length);
		MemorySegment.copy(space(), from, space(), to, length);
	}

	/** Fills a range; the length is unsigned. */
	protected final void fill(int address, long length, byte value) {
		long at = locate(address, length);
		space().asSlice(at, length).fill(value);
	}

	/**
	 * A view of a range, bounded by it and by the life of the arena, and where memory is
	 * allocated for each lease by the life of that allocation: the end of the lease, or
	 * the next growth. The slot must outlive the arena.
	 */
	public final MemorySegment view(int address, int length, Arena arena, boolean readOnly) {
		long at = locate(address, Integer.toUnsignedLong(length)) - base();
		MemorySegment view = this.slot.view(at, length, arena);
		return readOnly ? view.asReadOnly() : view;
	}

	/** Ends all views made with arenas that are closed by now. */
	public final void endViews() {
		if (this.slot.endViews(this.size)) {
			locateSlot();
		}
	}

	/** Copies elements of an array of the host into the memory. */
	public final void write(int address, double[] source, int offset, int count) {
		MemorySegment.copy(source, offset, space(), DOUBLE, locate(address, 8L * count), count);
	}

	/** Copies the memory to elements of an array of the host. */
	public final void read(int address, double[] target, int offset, int count) {
		MemorySegment.copy(space(), DOUBLE, locate(address, 8L * count), target, offset, count);
	}

	/** Whether a range lies within the memory; the address is unsigned. */
	public final boolean contains(int address, long length) {
		return length >= 0 && length <= this.size - Integer.toUnsignedLong(address);
	}

	/**
	 * Maps a buffer over a range. No guest may be running.
	 * @param moduleName the module, for messages
	 * @throws GuestAbiException if the buffer cannot lie there
	 * @throws SandboxLimitException if the system has no room for the mapping
	 * @throws IllegalStateException if the buffer is closed
	 */
	public final void mapBuffer(String moduleName, ZeroCopyBuffer buffer, int address, BufferAccess access) {
		BufferPlace place = BufferPlace.in(this, moduleName, buffer, address, access);
		try {
			this.slot.map(place);
		}
		catch (SandboxLimitException ex) {
			throw ex.in(moduleName);
		}
		finally {
			requireWhole();
		}
	}

	/** Whether guests see the pages of a mapped buffer, or a copy of it. */
	public final boolean sharesBuffers() {
		return this.slot.sharesBuffers();
	}

	/**
	 * Takes the buffer away that was mapped at the address; the image lies there again.
	 * @throws IllegalStateException if the system did not allow that; nothing is in
	 * bounds any more
	 */
	public final void unmapBuffer(int address) {
		long at = Integer.toUnsignedLong(address);
		BufferPlace place = this.slot.placeIn(at, at + 1);
		if (place != null && !this.slot.unmap(place)) {
			requireWhole();
			throw new IllegalStateException(
					"The operating system refused to unmap a buffer; the sandbox's memory is given up");
		}
	}

	private void requireWhole() {
		if (this.slot.broken()) {
			detach();
		}
	}

	/** Checks a range, for callers that work on it in steps. */
	protected final void require(int address, long length) {
		locate(address, length);
	}

	/** The place of an access of at most eight bytes; the only way to one. */
	private long within(long address, int bytes) {
		if (address < 0 || address > this.size - bytes) {
			throw outOfBounds(address, bytes);
		}
		return base() + address;
	}

	private long locate(int address, long length) {
		long at = address & 0xffff_ffffL;
		if (length > this.size - at) {
			throw outOfBounds(at, length);
		}
		return base() + at;
	}

	private MemoryAccessException outOfBounds(long address, long length) {
		return new MemoryAccessException(address, length, this.size);
	}

}
