package dev.wasmsandbox.wasi;

import java.io.IOException;

import dev.wasmsandbox.wasi.FileStat.Kind;
import dev.wasmsandbox.wasi.PathWalker.Place;
import org.jspecify.annotations.Nullable;

/**
 * {@code path_open}. A file gets the rights to read and write that were asked for, as far
 * as its directory passes them on; a directory gets those of the one it was opened in.
 */
final class OpenFunction {

	private static final int CREATE = 1;

	private static final int DIRECTORY = 2;

	private static final int EXCLUSIVE = 4;

	private static final int TRUNCATE = 8;

	private OpenFunction() {
	}

	static void open(WasiState state, long[] a) throws WasiFailure, IOException {
		Descriptor.Folder folder = state.descriptors().folder((int) a[0]);
		folder.require(Rights.PATH_OPEN);
		int flags = (int) a[4];
		if ((flags & ~15) != 0 || (flags & (CREATE | DIRECTORY)) == (CREATE | DIRECTORY)
				|| (a[7] & ~Descriptor.ALL_FLAGS) != 0) {
			throw new WasiFailure(Errno.INVAL);
		}
		state.memory().require((int) a[8], 4);
		state.descriptors().requireRoom();
		boolean follow = (a[1] & 1) != 0 && (flags & EXCLUSIVE) == 0;
		try (Place place = PathFunctions.walk(state, folder, a[2], a[3], follow)) {
			FileStat found = PathFunctions.find(place);
			Descriptor opened;
			if (found != null && found.is(Kind.DIRECTORY)) {
				opened = directory(folder, place, flags, a[5]);
			}
			else {
				check(folder, place, found, flags);
				opened = file(folder, place, flags, a[5]);
			}
			opened.flags((int) a[7]);
			state.memory().i32((int) a[8], state.descriptors().open(opened));
		}
	}

	private static Descriptor directory(Descriptor.Folder folder, Place place, int flags, long rights)
			throws WasiFailure, IOException {
		if ((flags & CREATE) != 0 && (flags & EXCLUSIVE) != 0) {
			throw new WasiFailure(Errno.EXIST);
		}
		if ((flags & (CREATE | TRUNCATE)) != 0 || (rights & Rights.FD_WRITE) != 0) {
			throw new WasiFailure(Errno.ISDIR);
		}
		Directory opened = place.itself() ? place.directory().reopen() : place.directory().open(place.name());
		return new Descriptor.Folder(folder, opened);
	}

	private static void check(Descriptor.Folder folder, Place place, @Nullable FileStat found, int flags)
			throws WasiFailure {
		boolean create = (flags & CREATE) != 0;
		if (found == null && !create) {
			throw new WasiFailure(Errno.NOENT);
		}
		if (found != null && create && (flags & EXCLUSIVE) != 0) {
			throw new WasiFailure(Errno.EXIST);
		}
		if (found != null && found.is(Kind.SYMLINK)) {
			throw new WasiFailure(Errno.LOOP);
		}
		if (found != null && ((flags & DIRECTORY) != 0 || place.slash())) {
			throw new WasiFailure(Errno.NOTDIR);
		}
		if (found == null && place.slash()) {
			throw new WasiFailure(Errno.ISDIR);
		}
		if (found == null) {
			folder.require(Rights.PATH_CREATE_FILE);
		}
		if ((flags & TRUNCATE) != 0) {
			folder.require(Rights.PATH_FILESTAT_SET_SIZE);
		}
	}

	private static Descriptor file(Descriptor.Folder folder, Place place, int flags, long rights)
			throws WasiFailure, IOException {
		boolean write = (rights & Rights.FD_WRITE) != 0;
		boolean read = (rights & Rights.FD_READ) != 0 && (folder.inheriting() & Rights.FD_READ) != 0;
		if (write) {
			folder.requireWritable();
		}
		long base = Rights.FILE & folder.inheriting();
		base = read ? base : base & ~Rights.FD_READ;
		base = write ? base : base & ~(Rights.FD_WRITE | Rights.FD_ALLOCATE | Rights.FD_FILESTAT_SET_SIZE);
		FileAccess access = new FileAccess(read, write, (flags & CREATE) != 0, (flags & EXCLUSIVE) != 0,
				(flags & TRUNCATE) != 0);
		return new Descriptor.File(place.directory().openFile(place.name(), access), base, folder.device());
	}

}
