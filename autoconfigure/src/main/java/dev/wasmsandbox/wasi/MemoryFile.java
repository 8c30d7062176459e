package dev.wasmsandbox.wasi;

import org.jspecify.annotations.Nullable;

/**
 * An open file of a {@link MemoryVolume}; it can be used after its last name is gone.
 */
final class MemoryFile implements OpenFile {

	private final MemoryNode.Content content;

	private boolean closed;

	MemoryFile(MemoryNode.Content content) {
		this.content = content;
		content.used(1);
	}

	@Override
	public int read(long position, byte[] target, int length) {
		this.content.read();
		return this.content.copyOut(position, target, length);
	}

	@Override
	public void write(long position, byte[] source, int length) throws WasiFailure {
		this.content.copyIn(position, source, length);
		this.content.written();
	}

	@Override
	public void resize(long size) throws WasiFailure {
		this.content.resize(size);
		this.content.written();
	}

	@Override
	public FileStat stat() {
		return this.content.stat();
	}

	@Override
	public void setTimes(@Nullable Long accessed, @Nullable Long modified) {
		this.content.setTimes(accessed, modified);
	}

	@Override
	public void sync() {
		// There is nothing more durable than the lease.
	}

	@Override
	public void close() {
		if (!this.closed) {
			this.closed = true;
			this.content.used(-1);
		}
	}

}
