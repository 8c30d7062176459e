package dev.wasmsandbox.wasi;

import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A file system in memory, made for one lease and gone with it. It holds no more bytes
 * and files than it was given, those that are deleted but still open included.
 */
final class MemoryVolume {

	private final LongSupplier clock;

	private long freeBytes;

	private int freeNames;

	private long inodes;

	private final MemoryNode.Folder root;

	/**
	 * Makes one.
	 * @param clock the time of changes, in nanoseconds since 1970
	 */
	MemoryVolume(WasiDirectory grant, LongSupplier clock) throws WasiFailure {
		this.clock = clock;
		this.freeBytes = grant.maxBytes();
		this.freeNames = grant.maxFiles();
		this.root = new MemoryNode.Folder(this);
		this.root.named(1);
		for (Map.Entry<String, byte[]> file : grant.files().entrySet()) {
			seed(file.getKey(), file.getValue());
		}
	}

	private void seed(String path, byte[] content) throws WasiFailure {
		MemoryDirectory directory = root();
		String[] steps = path.split("/", -1);
		for (int i = 0; i < steps.length - 1; i++) {
			if (directory.stat(steps[i]) == null) {
				directory.makeDirectory(steps[i]);
			}
			directory = directory.open(steps[i]);
		}
		directory.seed(steps[steps.length - 1], content);
	}

	MemoryDirectory root() {
		return new MemoryDirectory(this.root);
	}

	long now() {
		return this.clock.getAsLong();
	}

	/** Gives a new file its number. */
	long nextInode() {
		this.inodes++;
		return this.inodes;
	}

	/** Accounts for one more name: each file, directory or link has one at least. */
	void addName() throws WasiFailure {
		if (this.freeNames == 0) {
			throw new WasiFailure(Errno.NOSPC);
		}
		this.freeNames--;
	}

	void removeName() {
		this.freeNames++;
	}

	void giveBack(long bytes) {
		this.freeBytes += bytes;
	}

	long freeBytes() {
		return this.freeBytes;
	}

	void charge(long bytes) throws WasiFailure {
		if (bytes > this.freeBytes) {
			throw new WasiFailure(Errno.NOSPC);
		}
		this.freeBytes -= bytes;
	}

}
