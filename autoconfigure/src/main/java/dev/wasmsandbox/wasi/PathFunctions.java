package dev.wasmsandbox.wasi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import dev.wasmsandbox.wasi.FileStat.Kind;
import dev.wasmsandbox.wasi.PathWalker.Place;
import org.jspecify.annotations.Nullable;

/**
 * What can be done by path. Each path begins at an open directory and is gone by the
 * {@link PathWalker}.
 */
final class PathFunctions {

	private PathFunctions() {
	}

	static List<WasiFunction> all() {
		return List.of(WasiFunction.of("path_create_directory", "(i32, i32, i32) -> i32", PathFunctions::makeDirectory),
				WasiFunction.of("path_filestat_get", "(i32, i32, i32, i32, i32) -> i32", PathFunctions::stat),
				WasiFunction.of("path_filestat_set_times", "(i32, i32, i32, i32, i64, i64, i32) -> i32",
						PathFunctions::setTimes),
				WasiFunction.of("path_link", "(i32, i32, i32, i32, i32, i32, i32) -> i32", PathFunctions::link),
				WasiFunction.of("path_open", "(i32, i32, i32, i32, i32, i64, i64, i32, i32) -> i32",
						OpenFunction::open),
				WasiFunction.of("path_readlink", "(i32, i32, i32, i32, i32, i32) -> i32", PathFunctions::readLink),
				WasiFunction.of("path_remove_directory", "(i32, i32, i32) -> i32", PathFunctions::removeDirectory),
				WasiFunction.of("path_rename", "(i32, i32, i32, i32, i32, i32) -> i32", PathFunctions::rename),
				WasiFunction.of("path_symlink", "(i32, i32, i32, i32, i32) -> i32", PathFunctions::symlink),
				WasiFunction.of("path_unlink_file", "(i32, i32, i32) -> i32", PathFunctions::removeFile));
	}

	/**
	 * Goes a path whose descriptor and text are arguments that follow each other.
	 */
	static Place walk(WasiState state, Descriptor.Folder folder, long address, long length, boolean follow)
			throws WasiFailure, IOException {
		state.checkpoint();
		return PathWalker.walk(folder.directory(), state.memory().path((int) address, (int) length), follow);
	}

	static @Nullable FileStat find(Place place) throws WasiFailure, IOException {
		return place.itself() ? place.directory().stat() : place.directory().stat(place.name());
	}

	private static FileStat require(Place place) throws WasiFailure, IOException {
		FileStat found = find(place);
		if (found == null) {
			throw new WasiFailure(Errno.NOENT);
		}
		if (place.slash() && !found.is(Kind.DIRECTORY)) {
			throw new WasiFailure(Errno.NOTDIR);
		}
		return found;
	}

	private static Descriptor.Folder folder(WasiState state, long number, long right) throws WasiFailure {
		Descriptor.Folder folder = state.descriptors().folder((int) number);
		folder.require(right);
		return folder;
	}

	private static void makeDirectory(WasiState state, long[] a) throws WasiFailure, IOException {
		Descriptor.Folder folder = folder(state, a[0], Rights.PATH_CREATE_DIRECTORY);
		try (Place place = walk(state, folder, a[1], a[2], false)) {
			if (place.itself()) {
				throw new WasiFailure(Errno.EXIST);
			}
			place.directory().makeDirectory(place.name());
		}
	}

	private static void stat(WasiState state, long[] a) throws WasiFailure, IOException {
		Descriptor.Folder folder = folder(state, a[0], Rights.PATH_FILESTAT_GET);
		try (Place place = walk(state, folder, a[2], a[3], (a[1] & 1) != 0)) {
			DescriptorFunctions.writeStat(state, (int) a[4], folder, require(place));
		}
	}

	private static void setTimes(WasiState state, long[] a) throws WasiFailure, IOException {
		Times times = Times.of(state, a[4], a[5], (int) a[6]);
		Descriptor.Folder folder = folder(state, a[0], Rights.PATH_FILESTAT_SET_TIMES);
		try (Place place = walk(state, folder, a[2], a[3], (a[1] & 1) != 0)) {
			require(place);
			if (place.itself()) {
				place.directory().setTimes(times.accessed(), times.modified());
			}
			else {
				place.directory().setTimes(place.name(), times.accessed(), times.modified());
			}
		}
	}

	private static void link(WasiState state, long[] a) throws WasiFailure, IOException {
		Descriptor.Folder from = folder(state, a[0], Rights.PATH_LINK_SOURCE);
		Descriptor.Folder to = folder(state, a[4], Rights.PATH_LINK_TARGET);
		try (Place source = walk(state, from, a[2], a[3], (a[1] & 1) != 0);
				Place target = walk(state, to, a[5], a[6], false)) {
			if (require(source).is(Kind.DIRECTORY)) {
				throw new WasiFailure(Errno.PERM);
			}
			requireNothing(target);
			source.directory().makeLink(source.name(), target.directory(), target.name());
		}
	}

	/** Checks that a link may be made there, which is no directory. */
	private static void requireNothing(Place place) throws WasiFailure, IOException {
		FileStat found = find(place);
		if (found != null) {
			throw new WasiFailure((place.slash() && !found.is(Kind.DIRECTORY)) ? Errno.NOTDIR : Errno.EXIST);
		}
		if (place.slash()) {
			throw new WasiFailure(Errno.NOENT);
		}
	}

	private static void readLink(WasiState state, long[] a) throws WasiFailure, IOException {
		Descriptor.Folder folder = folder(state, a[0], Rights.PATH_READLINK);
		try (Place place = walk(state, folder, a[1], a[2], false)) {
			if (!require(place).is(Kind.SYMLINK)) {
				throw new WasiFailure(Errno.INVAL);
			}
			byte[] text = place.directory().readLink(place.name()).getBytes(StandardCharsets.UTF_8);
			int part = (int) Math.min(text.length, Integer.toUnsignedLong((int) a[4]));
			state.memory().write((int) a[3], text, part);
			state.memory().i32((int) a[5], part);
		}
	}

	private static void removeDirectory(WasiState state, long[] a) throws WasiFailure, IOException {
		Descriptor.Folder folder = folder(state, a[0], Rights.PATH_REMOVE_DIRECTORY);
		try (Place place = walk(state, folder, a[1], a[2], false)) {
			if (place.itself()) {
				throw new WasiFailure(Errno.INVAL);
			}
			if (!require(place).is(Kind.DIRECTORY)) {
				throw new WasiFailure(Errno.NOTDIR);
			}
			place.directory().removeDirectory(place.name());
		}
	}

	private static void removeFile(WasiState state, long[] a) throws WasiFailure, IOException {
		Descriptor.Folder folder = folder(state, a[0], Rights.PATH_UNLINK_FILE);
		try (Place place = walk(state, folder, a[1], a[2], false)) {
			if (require(place).is(Kind.DIRECTORY)) {
				throw new WasiFailure(Errno.ISDIR);
			}
			place.directory().removeFile(place.name());
		}
	}

	private static void rename(WasiState state, long[] a) throws WasiFailure, IOException {
		Descriptor.Folder from = folder(state, a[0], Rights.PATH_RENAME_SOURCE);
		Descriptor.Folder to = folder(state, a[3], Rights.PATH_RENAME_TARGET);
		try (Place source = walk(state, from, a[1], a[2], false); Place target = walk(state, to, a[4], a[5], false)) {
			if (source.itself() || target.itself()) {
				throw new WasiFailure(Errno.BUSY);
			}
			if (!require(source).is(Kind.DIRECTORY) && target.slash()) {
				throw new WasiFailure(Errno.NOTDIR);
			}
			source.directory().rename(source.name(), target.directory(), target.name());
		}
	}

	private static void symlink(WasiState state, long[] a) throws WasiFailure, IOException {
		String text = state.memory().path((int) a[0], (int) a[1]);
		Descriptor.Folder folder = folder(state, a[2], Rights.PATH_SYMLINK);
		if (text.isEmpty() || text.indexOf(0) >= 0) {
			throw new WasiFailure(text.isEmpty() ? Errno.NOENT : Errno.INVAL);
		}
		if (text.startsWith("/")) {
			throw new WasiFailure(Errno.NOTCAPABLE);
		}
		try (Place place = walk(state, folder, a[3], a[4], false)) {
			requireNothing(place);
			place.directory().makeSymlink(place.name(), text);
		}
	}

}
