package dev.wasmsandbox.wasi;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import dev.wasmsandbox.wasi.FileStat.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Goes a guest's path step by step, from an open directory. It opens one directory after
 * the other without following links; links are read and gone by the same steps. So
 * neither {@code ..} nor a link, nor one put there meanwhile, leads out of where it
 * began.
 */
final class PathWalker {

	private static final int MOST_LINKS = 40;

	private static final int DEEPEST = 128;

	private static final int LONGEST_NAME = 255;

	private final List<Directory> opened = new ArrayList<>();

	private final Directory base;

	private final Deque<String> pending = new ArrayDeque<>();

	private int links;

	private PathWalker(Directory base) {
		this.base = base;
	}

	/**
	 * Where a path leads: a directory and a name in it, which need not exist. Closing it
	 * closes the directory.
	 *
	 * @param directory the last directory
	 * @param name the name in it; empty for the directory itself
	 * @param slash whether the path says by a slash that it means a directory
	 */
	record Place(PathWalker walker, Directory directory, String name, boolean slash) implements Closeable {

		/** Whether it is the directory itself. */
		boolean itself() {
			return this.name.isEmpty();
		}

		@Override
		public void close() throws IOException {
			this.walker.closeAll();
		}

	}

	/**
	 * Goes a path.
	 * @param follow whether to follow a link that is the last step
	 */
	static Place walk(Directory base, String path, boolean follow) throws WasiFailure, IOException {
		PathWalker walker = new PathWalker(base);
		boolean arrived = false;
		try {
			Place place = walker.walk(path, follow);
			arrived = true;
			return place;
		}
		finally {
			if (!arrived) {
				walker.closeAll();
			}
		}
	}

	private Place walk(String path, boolean follow) throws WasiFailure, IOException {
		if (path.isEmpty()) {
			throw new WasiFailure(Errno.NOENT);
		}
		prepend(path);
		boolean slash = path.endsWith("/") || path.endsWith("/.") || path.endsWith("..") || path.equals(".");
		while (!this.pending.isEmpty()) {
			String step = this.pending.removeFirst();
			if (step.equals("..")) {
				leave();
				continue;
			}
			boolean last = this.pending.isEmpty();
			Directory here = here();
			FileStat found = here.stat(step);
			if (found != null && found.is(Kind.SYMLINK) && (!last || follow || slash)) {
				if (++this.links > MOST_LINKS) {
					throw new WasiFailure(Errno.LOOP);
				}
				prepend(here.readLink(step));
			}
			else if (last) {
				return new Place(this, here, step, slash);
			}
			else {
				enter(here, step, found);
			}
		}
		return new Place(this, here(), "", true);
	}

	private void enter(Directory here, String step, @Nullable FileStat found) throws WasiFailure, IOException {
		if (found == null) {
			throw new WasiFailure(Errno.NOENT);
		}
		if (!found.is(Kind.DIRECTORY)) {
			throw new WasiFailure(Errno.NOTDIR);
		}
		if (this.opened.size() >= DEEPEST) {
			throw new WasiFailure(Errno.NAMETOOLONG);
		}
		this.opened.add(here.open(step));
	}

	private void leave() throws WasiFailure, IOException {
		if (this.opened.isEmpty()) {
			throw new WasiFailure(Errno.NOTCAPABLE);
		}
		this.opened.removeLast().close();
	}

	private Directory here() {
		return this.opened.isEmpty() ? this.base : this.opened.getLast();
	}

	/** Has the steps of a path gone next. */
	private void prepend(String path) throws WasiFailure {
		if (path.startsWith("/")) {
			throw new WasiFailure(Errno.NOTCAPABLE);
		}
		if (path.indexOf(0) >= 0) {
			throw new WasiFailure(Errno.INVAL);
		}
		String[] steps = path.split("/", -1);
		for (int i = steps.length - 1; i >= 0; i--) {
			if (steps[i].length() > LONGEST_NAME) {
				throw new WasiFailure(Errno.NAMETOOLONG);
			}
			if (!steps[i].isEmpty() && !steps[i].equals(".")) {
				this.pending.addFirst(steps[i]);
			}
		}
	}

	void closeAll() throws IOException {
		while (!this.opened.isEmpty()) {
			this.opened.removeLast().close();
		}
	}

}
