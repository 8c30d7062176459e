package dev.wasmsandbox.wasi;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

import dev.wasmsandbox.wasi.FileStat.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What one of a guest's descriptors stands for. Its rights only ever shrink.
 */
abstract sealed class Descriptor implements Closeable {

	static final int APPEND = 1;

	static final int SYNC = 2 | 8 | 16;

	static final int ALL_FLAGS = 31;

	private static final int CHARACTER_DEVICE = 2;

	private long base;

	private long inheriting;

	private int flags;

	private Descriptor(long base, long inheriting) {
		this.base = base;
		this.inheriting = inheriting;
	}

	abstract int type();

	abstract FileStat stat() throws WasiFailure, IOException;

	/** Tells file systems apart. */
	long device() {
		return 0;
	}

	long base() {
		return this.base;
	}

	long inheriting() {
		return this.inheriting;
	}

	int flags() {
		return this.flags;
	}

	void flags(int wanted) throws WasiFailure {
		if ((wanted & ~ALL_FLAGS) != 0) {
			throw new WasiFailure(Errno.INVAL);
		}
		this.flags = wanted;
	}

	/** Takes rights away. */
	void restrict(long wantedBase, long wantedInheriting) throws WasiFailure {
		if ((wantedBase & ~this.base) != 0 || (wantedInheriting & ~this.inheriting) != 0) {
			throw new WasiFailure(Errno.NOTCAPABLE);
		}
		this.base = wantedBase;
		this.inheriting = wantedInheriting;
	}

	void require(long right) throws WasiFailure {
		if ((this.base & right) != right) {
			throw new WasiFailure(Errno.NOTCAPABLE);
		}
	}

	@Override
	public void close() throws IOException {
		// Streams stay open for as long as the lease lasts.
	}

	/** Standard input: bytes known beforehand. */
	static final class Input extends Descriptor {

		private byte[] bytes;

		private int position;

		/** Whether the guest knows anything of what it may read. */
		private boolean seen;

		Input(byte[] bytes) {
			super(Rights.INPUT, 0);
			this.bytes = bytes;
		}

		boolean seen() {
			return this.seen;
		}

		/** Sets what is read. */
		void bytes(byte[] others) {
			this.bytes = others;
			this.position = 0;
		}

		int read(byte[] target, int length) {
			this.seen = true;
			int count = Math.min(length, this.bytes.length - this.position);
			System.arraycopy(this.bytes, this.position, target, 0, count);
			this.position += count;
			return count;
		}

		int available() {
			this.seen = true;
			return this.bytes.length - this.position;
		}

		@Override
		int type() {
			return CHARACTER_DEVICE;
		}

		@Override
		FileStat stat() {
			return new FileStat(Kind.OTHER, 0, 1, 0, 0, 0, 0);
		}

	}

	/** One of the output streams. */
	static final class Output extends Descriptor {

		private GuestOutput target;

		Output(GuestOutput target) {
			super(Rights.OUTPUT, 0);
			this.target = target;
		}

		GuestOutput target() {
			return this.target;
		}

		/** Sends what is written from now on elsewhere. */
		void target(GuestOutput other) {
			this.target.end();
			this.target = other;
		}

		@Override
		int type() {
			return CHARACTER_DEVICE;
		}

		@Override
		FileStat stat() {
			return new FileStat(Kind.OTHER, 0, 1, 0, 0, 0, 0);
		}

	}

	/** An open file and the position in it. */
	static final class File extends Descriptor {

		final OpenFile file;

		private final long device;

		long position;

		File(OpenFile file, long base, long device) {
			super(base, 0);
			this.file = file;
			this.device = device;
		}

		boolean appends() {
			return (flags() & APPEND) != 0;
		}

		@Override
		int type() {
			return Kind.FILE.number();
		}

		@Override
		long device() {
			return this.device;
		}

		@Override
		FileStat stat() throws WasiFailure, IOException {
			return this.file.stat();
		}

		@Override
		public void close() throws IOException {
			this.file.close();
		}

	}

	/** An open directory, granted or opened in one that was. */
	static final class Folder extends Descriptor {

		private final Grant grant;

		private final boolean granted;

		private @Nullable Directory directory;

		/** What was found when its listing began, so that it does not shift meanwhile. */
		private List<String> listing = List.of();

		/** One that was granted; it is opened at its first use. */
		Folder(Grant grant) {
			super(grant.base(), grant.inheriting());
			this.grant = grant;
			this.granted = true;
		}

		Folder(Folder parent, Directory directory) {
			super(parent.base(), parent.inheriting());
			this.grant = parent.grant;
			this.granted = false;
			this.directory = directory;
		}

		Directory directory() throws WasiFailure, IOException {
			Directory open = this.directory;
			if (open == null) {
				open = this.grant.open();
				this.directory = open;
			}
			return open;
		}

		/** The name it was granted under, {@code null} if it was not granted itself. */
		@Nullable String grantedName() {
			return this.granted ? this.grant.name() : null;
		}

		List<String> listing(boolean again) throws WasiFailure, IOException {
			if (again) {
				this.listing = directory().list();
			}
			return this.listing;
		}

		@Override
		void require(long right) throws WasiFailure {
			if (this.grant.readOnly() && (right & Rights.DIRECTORY_CHANGES) != 0) {
				throw new WasiFailure(Errno.ROFS);
			}
			super.require(right);
		}

		/** Whether files may be written. */
		void requireWritable() throws WasiFailure {
			if (this.grant.readOnly()) {
				throw new WasiFailure(Errno.ROFS);
			}
			if ((inheriting() & Rights.FD_WRITE) == 0) {
				throw new WasiFailure(Errno.NOTCAPABLE);
			}
		}

		@Override
		int type() {
			return Kind.DIRECTORY.number();
		}

		@Override
		long device() {
			return this.grant.device();
		}

		@Override
		FileStat stat() throws WasiFailure, IOException {
			return directory().stat();
		}

		@Override
		public void close() throws IOException {
			Directory open = this.directory;
			if (open != null) {
				open.close();
			}
		}

	}

}
