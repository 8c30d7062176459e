package dev.wasmsandbox.memory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.function.Consumer;

import dev.wasmsandbox.error.SandboxLimitException;
import org.jspecify.annotations.Nullable;

/**
 * Memory of the host that can be mapped into guests instead of being copied: see
 * {@code SandboxSession.map}. It cannot be closed while it is mapped, so a guest never
 * reaches memory that is gone.
 *
 * <p>
 * On Linux with native access it is an anonymous file whose size nobody can change;
 * guests see the same pages as the host. Elsewhere {@link #isMapped} is {@code false},
 * and its content is copied into a guest and back. Several sandboxes may have it at the
 * same time. Host and guests may write at once: what each sees of the other's writes, and
 * when, is up to them; copy what you check.
 *
 * <p>
 * Pages cost memory once they are written. If the system has none left then, an access is
 * an {@link InternalError}. Thread-safe, also its views.
 */
public final class ZeroCopyBuffer implements AutoCloseable {

	/** What a guest's address must be a multiple of, in bytes. */
	public static final int PAGE = 4_096;

	/** More than this no guest can address. */
	private static final long MAX_BYTES = 1L << 32;

	private static final int READ_STEP = 1 << 30;

	private final long size;

	private final int file;

	private final Arena arena;

	private final MemorySegment memory;

	/** In how many places it is mapped; guarded by this. */
	private int places;

	private boolean closed;

	private ZeroCopyBuffer(long size, int file, Arena arena, MemorySegment memory) {
		this.size = size;
		this.file = file;
		this.arena = arena;
		this.memory = memory;
	}

	/**
	 * A buffer of zeroes.
	 * @param bytes its size, from 0 to 4 GiB
	 * @throws IllegalArgumentException if it is another
	 * @throws SandboxLimitException if the system refuses it
	 */
	public static ZeroCopyBuffer allocate(long bytes) {
		return allocate(MemoryBackend.detect(), bytes);
	}

	/**
	 * A buffer on the given backend.
	 * @throws SandboxLimitException if the system refuses it
	 */
	static ZeroCopyBuffer allocate(MemoryBackend backend, long bytes) {
		if (bytes < 0 || bytes > MAX_BYTES) {
			throw new IllegalArgumentException("A buffer must have 0 to " + MAX_BYTES + " bytes, but has " + bytes);
		}
		return (backend == MemoryBackend.MAPPED) ? mapped(bytes) : copied(bytes);
	}

	private static long roundUp(long bytes) {
		return Math.max(PAGE, (bytes + PAGE - 1) & -PAGE);
	}

	@SuppressWarnings("MustBeClosedChecker") // close() closes it
	private static ZeroCopyBuffer copied(long bytes) {
		Arena arena = Arena.ofShared();
		try {
			return new ZeroCopyBuffer(bytes, -1, arena, arena.allocate(roundUp(bytes), PAGE));
		}
		catch (OutOfMemoryError ex) {
			arena.close();
			throw refused(bytes, ex);
		}
	}

	@SuppressWarnings("MustBeClosedChecker") // close() closes it
	private static ZeroCopyBuffer mapped(long bytes) {
		long whole = roundUp(bytes);
		MappingBudget.take(1);
		int file = NativeMemory.createFile("wasm-buffer", whole);
		long address = -1;
		if (file >= 0 && NativeMemory.sealSize(file)) {
			address = NativeMemory.map(0, whole, NativeMemory.PROT_READ_WRITE, NativeMemory.MAP_SHARED, file);
		}
		if (address == -1) {
			if (file >= 0) {
				NativeMemory.closeFile(file);
			}
			MappingBudget.giveBack(1);
			throw refused(bytes, null);
		}
		NativeMemory.keepPrivate(address, whole);
		long mapped = address;
		Consumer<MemorySegment> unmap = (ignored) -> {
			boolean gone = NativeMemory.unmap(mapped, whole);
			NativeMemory.closeFile(file);
			MappingBudget.giveBack(gone ? 1 : 0);
		};
		Arena arena = Arena.ofShared();
		return new ZeroCopyBuffer(bytes, file, arena, MemorySegment.ofAddress(mapped).reinterpret(whole, arena, unmap));
	}

	private static SandboxLimitException refused(long bytes, @Nullable Throwable cause) {
		return new SandboxLimitException(null, null, "memory", 0, bytes,
				"the operating system refused a buffer of " + bytes
						+ " bytes; close buffers that are no longer needed, or raise the process's limits (ulimit -v, "
						+ "ulimit -n, the container's memory)",
				cause);
	}

	/**
	 * A buffer with a copy of the given bytes.
	 * @throws SandboxLimitException if the system refuses it
	 */
	public static ZeroCopyBuffer copyOf(byte[] content) {
		return copyOf(MemorySegment.ofArray(content));
	}

	/**
	 * A buffer with a copy of the given bytes.
	 * @throws SandboxLimitException if the system refuses it
	 */
	public static ZeroCopyBuffer copyOf(MemorySegment content) {
		ZeroCopyBuffer buffer = allocate(content.byteSize());
		try {
			MemorySegment.copy(content, 0, buffer.memory, 0, content.byteSize());
			return buffer;
		}
		catch (RuntimeException | Error ex) {
			buffer.close();
			throw ex;
		}
	}

	/**
	 * A buffer with the content of a file. The file is read, not mapped: if somebody cut
	 * a mapped file short, each access behind its new end would fail, in the guest and in
	 * the host, at any time.
	 * @throws IOException if it cannot be read, or became shorter meanwhile
	 * @throws SandboxLimitException if the system refuses a buffer of its size
	 */
	public static ZeroCopyBuffer read(Path file) throws IOException {
		try (FileChannel channel = FileChannel.open(file)) {
			ZeroCopyBuffer buffer = allocate(channel.size());
			boolean filled = false;
			try {
				buffer.fill(channel, file);
				filled = true;
				return buffer;
			}
			finally {
				if (!filled) {
					buffer.close();
				}
			}
		}
	}

	private void fill(FileChannel channel, Path file) throws IOException {
		long at = 0;
		while (at < this.size) {
			int read = channel.read(this.memory.asSlice(at, Math.min(READ_STEP, this.size - at)).asByteBuffer());
			if (read < 0) {
				throw new IOException(
						file + " became shorter while it was read: " + at + " of " + this.size + " bytes were there");
			}
			at += read;
		}
	}

	/** Its size in bytes, as it was asked for. */
	public long size() {
		return this.size;
	}

	/**
	 * The size of the place it takes in a guest, in bytes: {@link #size} rounded up to
	 * whole pages of 4 KiB, and at least one. What lies behind {@code size} is zero until
	 * a guest writes there, and shared as the rest is.
	 */
	public long mappedSize() {
		return this.memory.byteSize();
	}

	/** Whether guests see the same pages; if not, content is copied in and back. */
	public boolean isMapped() {
		return this.file >= 0;
	}

	/**
	 * The whole buffer. Views may be used from all threads. They die with the buffer:
	 * using one afterwards throws {@link IllegalStateException}.
	 */
	public MemorySegment view() {
		return view(0, this.size);
	}

	/**
	 * A part of the buffer.
	 * @throws IndexOutOfBoundsException if it does not lie within {@link #size}
	 */
	public MemorySegment view(long offset, long length) {
		requireOpen();
		return this.memory.asSlice(0, this.size).asSlice(offset, length);
	}

	/** The whole buffer, not to be written through. */
	public MemorySegment readOnlyView() {
		return view().asReadOnly();
	}

	/**
	 * A part of the buffer, not to be written through.
	 * @throws IndexOutOfBoundsException if it does not lie within {@link #size}
	 */
	public MemorySegment readOnlyView(long offset, long length) {
		return view(offset, length).asReadOnly();
	}

	private void requireOpen() {
		if (!this.memory.scope().isAlive()) {
			throw new IllegalStateException("The buffer is closed");
		}
	}

	/** Its file, for mapping it; negative where it is copied. */
	int file() {
		return this.file;
	}

	/** All of it, for copying it. */
	MemorySegment memory() {
		return this.memory;
	}

	/**
	 * Says that it will be mapped once more.
	 * @throws IllegalStateException if it is closed
	 */
	synchronized void enterPlace() {
		requireOpen();
		this.places++;
	}

	synchronized void leavePlace() {
		this.places--;
	}

	/**
	 * Gives the memory back to the system. A second call does nothing.
	 * @throws IllegalStateException while it is mapped into a session, or a system call
	 * works on a view of it; it then stays open
	 */
	@Override
	public synchronized void close() {
		if (this.closed) {
			return;
		}
		if (this.places > 0) {
			throw new IllegalStateException("The buffer is mapped in " + this.places
					+ " places; unmap it or close the sessions before closing it");
		}
		this.arena.close();
		this.closed = true;
	}

}
