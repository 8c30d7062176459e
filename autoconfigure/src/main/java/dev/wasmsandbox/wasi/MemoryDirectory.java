package dev.wasmsandbox.wasi;

import java.util.List;

import dev.wasmsandbox.wasi.FileStat.Kind;
import org.jspecify.annotations.Nullable;

/**
 * An open directory of a {@link MemoryVolume}. Moves and hard links stay within the
 * volume.
 */
final class MemoryDirectory implements Directory {

	private final MemoryNode.Folder folder;

	private boolean closed;

	MemoryDirectory(MemoryNode.Folder folder) {
		this.folder = folder;
		folder.used(1);
	}

	@Override
	public FileStat stat() {
		return this.folder.stat();
	}

	@Override
	public @Nullable FileStat stat(String name) {
		MemoryNode node = this.folder.entries.get(name);
		return (node != null) ? node.stat() : null;
	}

	private MemoryNode require(String name) throws WasiFailure {
		MemoryNode node = this.folder.entries.get(name);
		if (node == null) {
			throw new WasiFailure(Errno.NOENT);
		}
		return node;
	}

	@Override
	public MemoryDirectory open(String name) throws WasiFailure {
		return switch (require(name)) {
			case MemoryNode.Folder found -> new MemoryDirectory(found);
			case MemoryNode.Link _ -> throw new WasiFailure(Errno.LOOP);
			case MemoryNode.Content _ -> throw new WasiFailure(Errno.NOTDIR);
		};
	}

	@Override
	public MemoryDirectory reopen() {
		return new MemoryDirectory(this.folder);
	}

	@Override
	public OpenFile openFile(String name, FileAccess access) throws WasiFailure {
		MemoryNode node = this.folder.entries.get(name);
		if (node == null && access.create()) {
			node = add(name, new MemoryNode.Content(this.folder.volume));
		}
		else if (node == null) {
			throw new WasiFailure(Errno.NOENT);
		}
		else if (access.create() && access.exclusive()) {
			throw new WasiFailure(Errno.EXIST);
		}
		return switch (node) {
			case MemoryNode.Content content -> {
				if (access.truncate()) {
					content.resize(0);
					content.written();
				}
				yield new MemoryFile(content);
			}
			case MemoryNode.Link _ -> throw new WasiFailure(Errno.LOOP);
			case MemoryNode.Folder _ -> throw new WasiFailure(Errno.ISDIR);
		};
	}

	/** Puts a file here whose bytes are shared until it is written. */
	void seed(String name, byte[] content) throws WasiFailure {
		MemoryNode.Content file = new MemoryNode.Content(this.folder.volume);
		file.share(content);
		add(name, file);
	}

	private MemoryNode add(String name, MemoryNode node) throws WasiFailure {
		if (this.folder.names() == 0 || this.folder.entries.containsKey(name)) {
			node.abandon();
			throw new WasiFailure((this.folder.names() == 0) ? Errno.NOENT : Errno.EXIST);
		}
		try {
			this.folder.volume.addName();
		}
		catch (WasiFailure ex) {
			node.abandon();
			throw ex;
		}
		this.folder.entries.put(name, node);
		if (node instanceof MemoryNode.Folder moved) {
			moved.parent = this.folder;
		}
		node.named(1);
		this.folder.written();
		return node;
	}

	private void remove(String name, MemoryNode node) {
		this.folder.entries.remove(name);
		this.folder.volume.removeName();
		node.named(-1);
		this.folder.written();
	}

	@Override
	public List<String> list() {
		return List.copyOf(this.folder.entries.keySet());
	}

	@Override
	public void makeDirectory(String name) throws WasiFailure {
		requireMissing(name);
		add(name, new MemoryNode.Folder(this.folder.volume));
	}

	@Override
	public void removeDirectory(String name) throws WasiFailure {
		if (!(require(name) instanceof MemoryNode.Folder found)) {
			throw new WasiFailure(Errno.NOTDIR);
		}
		if (!found.entries.isEmpty()) {
			throw new WasiFailure(Errno.NOTEMPTY);
		}
		remove(name, found);
	}

	@Override
	public void removeFile(String name) throws WasiFailure {
		MemoryNode node = require(name);
		if (node.kind() == Kind.DIRECTORY) {
			throw new WasiFailure(Errno.ISDIR);
		}
		remove(name, node);
	}

	@Override
	public String readLink(String name) throws WasiFailure {
		if (require(name) instanceof MemoryNode.Link link) {
			return link.target;
		}
		throw new WasiFailure(Errno.INVAL);
	}

	@Override
	public void makeSymlink(String name, String target) throws WasiFailure {
		requireMissing(name);
		add(name, new MemoryNode.Link(this.folder.volume, target));
	}

	private void requireMissing(String name) throws WasiFailure {
		if (this.folder.entries.containsKey(name)) {
			throw new WasiFailure(Errno.EXIST);
		}
	}

	private MemoryDirectory sameVolume(Directory other) throws WasiFailure {
		if (other instanceof MemoryDirectory memory && memory.folder.volume == this.folder.volume) {
			return memory;
		}
		throw new WasiFailure(Errno.XDEV);
	}

	@Override
	public void makeLink(String name, Directory target, String newName) throws WasiFailure {
		MemoryNode node = require(name);
		MemoryDirectory other = sameVolume(target);
		other.requireMissing(newName);
		if (node.kind() == Kind.DIRECTORY) {
			throw new WasiFailure(Errno.PERM);
		}
		other.add(newName, node);
	}

	@Override
	public void rename(String name, Directory target, String newName) throws WasiFailure {
		MemoryNode node = require(name);
		MemoryDirectory other = sameVolume(target);
		MemoryNode there = other.folder.entries.get(newName);
		if (node == there) {
			return;
		}
		if (other.folder.names() == 0) {
			throw new WasiFailure(Errno.NOENT);
		}
		if (node instanceof MemoryNode.Folder moved && moved.contains(other.folder)) {
			throw new WasiFailure(Errno.INVAL);
		}
		if (there != null) {
			requireReplaceable(node, there);
			other.remove(newName, there);
		}
		node.used(1);
		remove(name, node);
		other.add(newName, node);
		node.used(-1);
	}

	private static void requireReplaceable(MemoryNode node, MemoryNode there) throws WasiFailure {
		boolean directory = node.kind() == Kind.DIRECTORY;
		if (there instanceof MemoryNode.Folder folder) {
			if (!directory) {
				throw new WasiFailure(Errno.ISDIR);
			}
			if (!folder.entries.isEmpty()) {
				throw new WasiFailure(Errno.NOTEMPTY);
			}
		}
		else if (directory) {
			throw new WasiFailure(Errno.NOTDIR);
		}
	}

	@Override
	public void setTimes(String name, @Nullable Long accessed, @Nullable Long modified) throws WasiFailure {
		require(name).setTimes(accessed, modified);
	}

	@Override
	public void setTimes(@Nullable Long accessed, @Nullable Long modified) {
		this.folder.setTimes(accessed, modified);
	}

	@Override
	public void close() {
		if (!this.closed) {
			this.closed = true;
			this.folder.used(-1);
		}
	}

}
