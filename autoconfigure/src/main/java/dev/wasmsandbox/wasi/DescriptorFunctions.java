package dev.wasmsandbox.wasi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What can be done with an open descriptor besides reading and writing.
 */
final class DescriptorFunctions {

	private static final int ENTRY_BYTES = 24;

	private DescriptorFunctions() {
	}

	static List<WasiFunction> all() {
		List<WasiFunction> functions = new ArrayList<>();
		functions.addAll(states());
		functions.addAll(files());
		functions.addAll(directories());
		return functions;
	}

	private static List<WasiFunction> states() {
		return List.of(WasiFunction.of("fd_close", "(i32) -> i32", (s, a) -> s.descriptors().close((int) a[0])),
				WasiFunction.of("fd_renumber", "(i32, i32) -> i32",
						(s, a) -> s.descriptors().renumber((int) a[0], (int) a[1])),
				WasiFunction.of("fd_fdstat_get", "(i32, i32) -> i32", DescriptorFunctions::state),
				WasiFunction.of("fd_fdstat_set_flags", "(i32, i32) -> i32", (s, a) -> {
					Descriptor descriptor = s.descriptors().get((int) a[0]);
					descriptor.require(Rights.FD_FDSTAT_SET_FLAGS);
					descriptor.flags((int) a[1]);
				}),
				WasiFunction.of("fd_fdstat_set_rights", "(i32, i64, i64) -> i32",
						(s, a) -> s.descriptors().get((int) a[0]).restrict(a[1], a[2])),
				WasiFunction.of("fd_filestat_get", "(i32, i32) -> i32", (s, a) -> {
					Descriptor descriptor = s.descriptors().get((int) a[0]);
					descriptor.require(Rights.FD_FILESTAT_GET);
					writeStat(s, (int) a[1], descriptor, descriptor.stat());
				}), WasiFunction.of("fd_filestat_set_times", "(i32, i64, i64, i32) -> i32", (s, a) -> {
					Descriptor descriptor = s.descriptors().get((int) a[0]);
					Times times = Times.of(s, a[1], a[2], (int) a[3]);
					descriptor.require(Rights.FD_FILESTAT_SET_TIMES);
					switch (descriptor) {
						case Descriptor.File file -> file.file.setTimes(times.accessed(), times.modified());
						case Descriptor.Folder folder ->
							folder.directory().setTimes(times.accessed(), times.modified());
						case Descriptor.Input _, Descriptor.Output _ -> throw new WasiFailure(Errno.NOTSUP);
					}
				}));
	}

	private static List<WasiFunction> files() {
		return List.of(WasiFunction.of("fd_advise", "(i32, i64, i64, i32) -> i32", (s, a) -> {
			s.descriptors().file((int) a[0]).require(Rights.FD_ADVISE);
			if (a[1] < 0 || a[2] < 0 || a[3] < 0 || a[3] > 5) {
				throw new WasiFailure(Errno.INVAL);
			}
		}), WasiFunction.of("fd_allocate", "(i32, i64, i64) -> i32", DescriptorFunctions::allocate),
				WasiFunction.of("fd_datasync", "(i32) -> i32", (s, a) -> sync(s, (int) a[0], Rights.FD_DATASYNC)),
				WasiFunction.of("fd_sync", "(i32) -> i32", (s, a) -> sync(s, (int) a[0], Rights.FD_SYNC)),
				WasiFunction.of("fd_filestat_set_size", "(i32, i64) -> i32", (s, a) -> {
					Descriptor.File file = s.descriptors().file((int) a[0]);
					file.require(Rights.FD_FILESTAT_SET_SIZE);
					file.file.resize(TransferFunctions.offset(a[1]));
				}), WasiFunction.of("fd_seek", "(i32, i64, i32, i32) -> i32", DescriptorFunctions::seek),
				WasiFunction.of("fd_tell", "(i32, i32) -> i32", (s, a) -> {
					Descriptor.File file = s.descriptors().file((int) a[0]);
					file.require(Rights.FD_TELL);
					s.memory().i64((int) a[1], file.position);
				}));
	}

	private static List<WasiFunction> directories() {
		return List.of(WasiFunction.of("fd_prestat_get", "(i32, i32) -> i32", (s, a) -> {
			byte[] name = grantedName(s, (int) a[0]);
			s.memory().i32((int) a[1], 0);
			s.memory().i32((int) a[1] + 4, name.length);
		}).safe(), WasiFunction.of("fd_prestat_dir_name", "(i32, i32, i32) -> i32", (s, a) -> {
			byte[] name = grantedName(s, (int) a[0]);
			if (Integer.compareUnsigned((int) a[2], name.length) < 0) {
				throw new WasiFailure(Errno.NAMETOOLONG);
			}
			s.memory().write((int) a[1], name, name.length);
		}).safe(), WasiFunction.of("fd_readdir", "(i32, i32, i32, i64, i32) -> i32", DescriptorFunctions::list));
	}

	private static byte[] grantedName(WasiState state, int number) throws WasiFailure {
		String name = (state.descriptors().get(number) instanceof Descriptor.Folder folder) ? folder.grantedName()
				: null;
		if (name == null) {
			throw new WasiFailure(Errno.BADF);
		}
		return name.getBytes(StandardCharsets.UTF_8);
	}

	private static void state(WasiState state, long[] arguments) throws WasiFailure {
		Descriptor descriptor = state.descriptors().get((int) arguments[0]);
		ByteBuffer stat = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
		stat.put(0, (byte) descriptor.type());
		stat.putShort(2, (short) descriptor.flags());
		stat.putLong(8, descriptor.base());
		stat.putLong(16, descriptor.inheriting());
		state.memory().write((int) arguments[1], stat);
	}

	/** Writes what is known of a file; times only where clocks are granted. */
	static void writeStat(WasiState state, int address, Descriptor descriptor, FileStat found) throws WasiFailure {
		boolean times = state.settings().clocks();
		ByteBuffer stat = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
		stat.putLong(0, descriptor.device());
		stat.putLong(8, found.inode());
		stat.put(16, (byte) (found.is(FileStat.Kind.OTHER) ? descriptor.type() : found.kind().number()));
		stat.putLong(24, found.links());
		stat.putLong(32, found.size());
		stat.putLong(40, times ? found.accessed() : 0);
		stat.putLong(48, times ? found.modified() : 0);
		stat.putLong(56, times ? found.changed() : 0);
		state.memory().write(address, stat);
	}

	private static void allocate(WasiState state, long[] arguments) throws WasiFailure, IOException {
		Descriptor.File file = state.descriptors().file((int) arguments[0]);
		file.require(Rights.FD_ALLOCATE);
		long end = arguments[1] + arguments[2];
		if (arguments[1] < 0 || arguments[2] <= 0) {
			throw new WasiFailure(Errno.INVAL);
		}
		if (end < 0) {
			throw new WasiFailure(Errno.FBIG);
		}
		if (end > file.stat().size()) {
			file.file.resize(end);
		}
	}

	private static void sync(WasiState state, int number, long right) throws WasiFailure, IOException {
		Descriptor descriptor = state.descriptors().get(number);
		descriptor.require(right);
		if (descriptor instanceof Descriptor.File file) {
			file.file.sync();
		}
	}

	private static void seek(WasiState state, long[] arguments) throws WasiFailure, IOException {
		Descriptor.File file = state.descriptors().file((int) arguments[0]);
		file.require(Rights.FD_SEEK);
		long from = switch ((int) arguments[2]) {
			case 0 -> 0;
			case 1 -> file.position;
			case 2 -> file.stat().size();
			default -> throw new WasiFailure(Errno.INVAL);
		};
		long to = from + arguments[1];
		if (to < 0) {
			throw new WasiFailure(Errno.INVAL);
		}
		state.memory().i64((int) arguments[3], to);
		file.position = to;
	}

	private static void list(WasiState state, long[] arguments) throws WasiFailure, IOException {
		Descriptor.Folder folder = state.descriptors().folder((int) arguments[0]);
		folder.require(Rights.FD_READDIR);
		int address = (int) arguments[1];
		long room = Integer.toUnsignedLong((int) arguments[2]);
		long cookie = arguments[3];
		state.memory().require(address, room);
		List<String> names = folder.listing(cookie == 0);
		long used = 0;
		for (long i = cookie; i >= 0 && i < names.size() + 2L && used < room; i++) {
			state.checkpoint();
			String name = (i == 0) ? "." : (i == 1) ? ".." : names.get((int) (i - 2));
			byte[] entry = entry(i + 1, name, (i < 2) ? folder.stat() : folder.directory().stat(name));
			int part = (int) Math.min(entry.length, room - used);
			state.memory().write((int) (address + used), entry, part);
			used += part;
		}
		state.memory().i32((int) arguments[4], (int) used);
	}

	private static byte[] entry(long next, String name, @Nullable FileStat found) {
		byte[] text = name.getBytes(StandardCharsets.UTF_8);
		ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES + text.length).order(ByteOrder.LITTLE_ENDIAN);
		entry.putLong(0, next);
		entry.putLong(8, (found != null) ? found.inode() : 0);
		entry.putInt(16, text.length);
		entry.put(20, (byte) ((found != null) ? found.kind().number() : 0));
		entry.put(ENTRY_BYTES, text);
		byte[] bytes = new byte[entry.capacity()];
		entry.get(0, bytes);
		return bytes;
	}

}
