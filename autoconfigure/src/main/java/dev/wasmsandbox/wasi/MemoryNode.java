package dev.wasmsandbox.wasi;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

import dev.wasmsandbox.wasi.FileStat.Kind;
import org.jspecify.annotations.Nullable;

/**
 * A file, directory or link in a {@link MemoryVolume}. What it takes is charged to the
 * volume until its last name is gone and nobody has it open.
 */
abstract sealed class MemoryNode {

	final MemoryVolume volume;

	private final long inode;

	private int names;

	private int uses;

	private long accessed;

	private long modified;

	private long changed;

	MemoryNode(MemoryVolume volume) {
		this.volume = volume;
		this.inode = volume.nextInode();
		long now = volume.now();
		this.accessed = now;
		this.modified = now;
		this.changed = now;
	}

	abstract Kind kind();

	abstract long size();

	/** What it has charged. */
	abstract long charged();

	final void named(int change) {
		this.names += change;
		this.changed = this.volume.now();
		releaseIfUnused();
	}

	final void used(int change) {
		this.uses += change;
		releaseIfUnused();
	}

	/** Takes one that never got a name out of the account again. */
	final void abandon() {
		releaseIfUnused();
	}

	private void releaseIfUnused() {
		if (this.names == 0 && this.uses == 0) {
			this.volume.giveBack(charged());
		}
	}

	final int names() {
		return this.names;
	}

	final void written() {
		this.modified = this.volume.now();
		this.changed = this.modified;
	}

	final void read() {
		this.accessed = this.volume.now();
	}

	final void setTimes(@Nullable Long access, @Nullable Long modification) {
		this.accessed = (access != null) ? access : this.accessed;
		this.modified = (modification != null) ? modification : this.modified;
		this.changed = this.volume.now();
	}

	final FileStat stat() {
		return new FileStat(kind(), this.inode, this.names, size(), this.accessed, this.modified, this.changed);
	}

	/** A directory. */
	static final class Folder extends MemoryNode {

		/** Sorted, so that a listing does not depend on anything but the names. */
		final Map<String, MemoryNode> entries = new TreeMap<>();

		/** The directory it lies in; {@code null} for the root. */
		@Nullable Folder parent;

		Folder(MemoryVolume volume) {
			super(volume);
		}

		@Override
		Kind kind() {
			return Kind.DIRECTORY;
		}

		@Override
		long size() {
			return 0;
		}

		@Override
		long charged() {
			return 0;
		}

		/** Whether it is the other one or contains it, however deep. */
		boolean contains(Folder other) {
			for (Folder step = other; step != null; step = step.parent) {
				if (step == this) {
					return true;
				}
			}
			return false;
		}

	}

	/** A symbolic link. */
	static final class Link extends MemoryNode {

		final String target;

		Link(MemoryVolume volume, String target) throws WasiFailure {
			super(volume);
			volume.charge(target.length());
			this.target = target;
		}

		@Override
		Kind kind() {
			return Kind.SYMLINK;
		}

		@Override
		long size() {
			return this.target.length();
		}

		@Override
		long charged() {
			return this.target.length();
		}

	}

	/** A regular file. Its content may be shared with others until it is written. */
	static final class Content extends MemoryNode {

		private byte[] bytes = {};

		private int size;

		private boolean shared;

		Content(MemoryVolume volume) {
			super(volume);
		}

		/** Takes bytes over that others read, too. */
		void share(byte[] content) throws WasiFailure {
			this.volume.charge(content.length);
			this.bytes = content;
			this.size = content.length;
			this.shared = true;
		}

		int copyOut(long position, byte[] target, int length) {
			int count = (int) Math.max(0, Math.min(length, this.size - position));
			if (count > 0) {
				System.arraycopy(this.bytes, (int) position, target, 0, count);
			}
			return count;
		}

		void copyIn(long position, byte[] source, int length) throws WasiFailure {
			long end = position + length;
			if (length > 0) {
				reserve(Math.max(end, this.size));
				System.arraycopy(source, 0, this.bytes, (int) position, length);
				this.size = (int) Math.max(end, this.size);
			}
		}

		void resize(long wanted) throws WasiFailure {
			if (wanted < this.size) {
				reserve(this.size);
				Arrays.fill(this.bytes, (int) wanted, this.size, (byte) 0);
			}
			else {
				reserve(wanted);
			}
			this.size = (int) wanted;
		}

		/** Makes the content this file's own and large enough; new bytes are zero. */
		private void reserve(long wanted) throws WasiFailure {
			if (wanted <= this.bytes.length && !this.shared) {
				return;
			}
			long free = this.volume.freeBytes();
			if (wanted - this.bytes.length > free) {
				throw new WasiFailure(Errno.NOSPC);
			}
			long grown = Math.max(wanted, Math.min(2L * this.bytes.length, this.bytes.length + free));
			long capacity = (wanted <= this.bytes.length) ? this.bytes.length : grown;
			this.volume.charge(capacity - this.bytes.length);
			this.bytes = Arrays.copyOf(this.bytes, Math.toIntExact(capacity));
			this.shared = false;
		}

		@Override
		Kind kind() {
			return Kind.FILE;
		}

		@Override
		long size() {
			return this.size;
		}

		@Override
		long charged() {
			return this.bytes.length;
		}

	}

}
