package dev.wasmsandbox.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import dev.wasmsandbox.error.SandboxLimitException;
import org.jspecify.annotations.Nullable;

/**
 * The content every sandbox of a module starts with. Where the system has them it lies in
 * a sealed anonymous file, so that sandboxes share the pages they do not write; else it
 * is an array that is copied. Immutable and thread-safe.
 *
 * <p>
 * Invariant: nothing can change the content once the image is made, not even this class:
 * the file is sealed against writing.
 */
public final class MemoryImage {

	private static final int PAGE = 4_096;

	/** Never written to. */
	private static final MemorySegment ZEROES = MemorySegment.ofArray(new byte[PAGE]).asReadOnly();

	private final long size;

	private final byte @Nullable [] copy;

	private int file = -1;

	private long address;

	private boolean released;

	private long writtenBytes;

	private MemoryImage(long size, byte @Nullable [] copy) {
		this.size = size;
		this.copy = copy;
	}

	/** An image of zeroes. */
	static MemoryImage empty(MemoryBackend backend, long size) {
		return capture(backend, MemorySegment.ofArray(new byte[0]), size);
	}

	/** An image of the given content, followed by zeroes up to its size. */
	static MemoryImage capture(MemoryBackend backend, MemorySegment content, long size) {
		if (backend == MemoryBackend.PORTABLE || size == 0) {
			return new MemoryImage(size, content.toArray(ValueLayout.JAVA_BYTE));
		}
		MemoryImage image = new MemoryImage(size, null);
		image.write(content);
		return image;
	}

	private void write(MemorySegment content) {
		MappingBudget.take(1);
		this.file = NativeMemory.createFile("wasm-image", this.size);
		long writable = (this.file < 0) ? -1
				: NativeMemory.map(0, this.size, NativeMemory.PROT_READ_WRITE, NativeMemory.MAP_SHARED, this.file);
		if (writable == -1) {
			throw refused();
		}
		for (long at = 0; at < content.byteSize(); at += PAGE) {
			MemorySegment page = content.asSlice(at, Math.min(PAGE, content.byteSize() - at));
			if (!isZero(page)) {
				MemorySegment.copy(page, 0, AddressSpace.ALL, writable + at, page.byteSize());
				this.writtenBytes += PAGE;
			}
		}
		// While a writable mapping is left the system refuses to seal.
		boolean sealed = NativeMemory.unmap(writable, this.size) && NativeMemory.seal(this.file);
		this.address = NativeMemory.map(0, this.size, NativeMemory.PROT_READ, NativeMemory.MAP_PRIVATE, this.file);
		if (this.address == -1 || !sealed) {
			throw refused();
		}
	}

	private SandboxLimitException refused() {
		release();
		return new SandboxLimitException(null, null, "memory", 0, this.size,
				"the operating system refused an anonymous file of " + this.size + " bytes", null);
	}

	/**
	 * By the JDK's own comparison, a page at a time: a loop over the bytes of a large
	 * memory runs for seconds where HotSpot has not compiled it well.
	 */
	private static boolean isZero(MemorySegment page) {
		return MemorySegment.mismatch(page, 0, page.byteSize(), ZEROES, 0, page.byteSize()) < 0;
	}

	/** Its size in bytes: the initial size of the memory. */
	public long size() {
		return this.size;
	}

	/**
	 * What it takes in memory, in bytes. In a file, pages that were never written take
	 * nothing until a guest reads them.
	 */
	synchronized long residentBytes() {
		byte[] bytes = this.copy;
		if (bytes != null) {
			return bytes.length;
		}
		if (this.released) {
			return 0;
		}
		long known = Residency.ofFile(this.file);
		return (known >= 0) ? known : this.writtenBytes;
	}

	int file() {
		return this.file;
	}

	/** Copies a range of the image to an address. */
	void copyTo(long offset, long target, long length) {
		MemorySegment.copy(AddressSpace.ALL, this.address + offset, AddressSpace.ALL, target, length);
	}

	/** Copies the whole image to the beginning of a segment that is zero. */
	void copyTo(MemorySegment target) {
		byte[] bytes = this.copy;
		if (bytes != null) {
			MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, 0, bytes.length);
		}
		else {
			MemorySegment.copy(AddressSpace.ALL, this.address, target, 0, this.size);
		}
	}

	/** Puts a range of a memory back to the image, and to zero behind it. */
	void restore(long offset, MemorySegment target, long at, long length) {
		target.asSlice(at, length).fill((byte) 0);
		byte[] bytes = this.copy;
		long content = Math.min(length, ((bytes != null) ? bytes.length : this.size) - offset);
		if (content > 0) {
			MemorySegment from = (bytes != null) ? MemorySegment.ofArray(bytes)
					: AddressSpace.ALL.asSlice(this.address, this.size);
			MemorySegment.copy(from, offset, target, at, content);
		}
	}

	/**
	 * Gives the image back to the system. Nothing may copy from it any more, which its
	 * slab makes sure of: it calls this when no slot is out.
	 */
	synchronized void release() {
		if (this.released || this.copy != null) {
			return;
		}
		this.released = true;
		boolean gone = this.address <= 0 || NativeMemory.unmap(this.address, this.size);
		if (this.file >= 0) {
			NativeMemory.closeFile(this.file);
			this.file = -1;
		}
		if (gone) {
			MappingBudget.giveBack(1);
		}
	}

}
