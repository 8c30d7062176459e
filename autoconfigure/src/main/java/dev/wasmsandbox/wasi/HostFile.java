package dev.wasmsandbox.wasi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

import org.jspecify.annotations.Nullable;

/**
 * An open file of a {@link HostVolume}. What makes it longer counts as added by the
 * lease.
 */
final class HostFile implements OpenFile {

	private final HostVolume volume;

	/** Where it was opened; for what only the directory can tell. */
	private final HostDirectory parent;

	private final String name;

	private final FileChannel channel;

	private final FileStat opened;

	HostFile(HostVolume volume, HostDirectory parent, String name, FileChannel channel)
			throws WasiFailure, IOException {
		this.volume = volume;
		this.parent = parent;
		this.name = name;
		this.channel = channel;
		FileStat found = null;
		try {
			found = parent.stat(name);
		}
		finally {
			if (found == null) {
				channel.close();
			}
		}
		if (found == null) {
			throw new WasiFailure(Errno.NOENT);
		}
		this.opened = found;
	}

	@Override
	public int read(long position, byte[] target, int length) throws IOException {
		return Math.max(0, this.channel.read(ByteBuffer.wrap(target, 0, length), position));
	}

	@Override
	public void write(long position, byte[] source, int length) throws WasiFailure, IOException {
		this.volume.countBytes(position + length - this.channel.size());
		ByteBuffer buffer = ByteBuffer.wrap(source, 0, length);
		long at = position;
		while (buffer.hasRemaining()) {
			at += this.channel.write(buffer, at);
		}
	}

	@Override
	public void resize(long size) throws WasiFailure, IOException {
		long more = size - this.channel.size();
		this.volume.countBytes(more);
		if (more > 0) {
			this.channel.write(ByteBuffer.allocate(1), size - 1);
		}
		else {
			this.channel.truncate(size);
		}
	}

	@Override
	public FileStat stat() throws IOException {
		FileStat now = this.parent.stat(this.name);
		if (now == null || now.inode() != this.opened.inode()) {
			now = this.opened;
		}
		return new FileStat(now.kind(), now.inode(), now.links(), this.channel.size(), now.accessed(), now.modified(),
				now.changed());
	}

	@Override
	public void setTimes(@Nullable Long accessed, @Nullable Long modified) throws WasiFailure, IOException {
		FileStat now = this.parent.stat(this.name);
		if (now == null || now.inode() != this.opened.inode()) {
			throw new WasiFailure(Errno.NOTSUP);
		}
		this.parent.setTimes(this.name, accessed, modified);
	}

	@Override
	public void sync() throws IOException {
		this.channel.force(true);
	}

	@Override
	public void close() throws IOException {
		try {
			this.channel.close();
		}
		finally {
			this.parent.close();
		}
	}

}
