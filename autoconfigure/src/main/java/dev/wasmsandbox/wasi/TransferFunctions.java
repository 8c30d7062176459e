package dev.wasmsandbox.wasi;

import java.io.IOException;
import java.util.List;

/**
 * Reading and writing. Data goes through a buffer of bounded size, whatever the guest
 * asks for, and the deadline is looked at between.
 */
final class TransferFunctions {

	private static final int MOST_VECTORS = 1_024;

	private TransferFunctions() {
	}

	static List<WasiFunction> all() {
		return List.of(WasiFunction.of("fd_read", "(i32, i32, i32, i32) -> i32", (s, a) -> {
			Descriptor from = s.descriptors().get((int) a[0]);
			switch (from) {
				case Descriptor.Input input -> transfer(s, input, Rights.FD_READ, a, 3, true,
						(position, buffer, length) -> input.read(buffer, length));
				case Descriptor.File file ->
					file.position += transfer(s, file, Rights.FD_READ, a, 3, true, reader(file, file.position));
				case Descriptor.Output _, Descriptor.Folder _ -> throw new WasiFailure(Errno.BADF);
			}
		}), WasiFunction.of("fd_write", "(i32, i32, i32, i32) -> i32", (s, a) -> {
			Descriptor to = s.descriptors().get((int) a[0]);
			switch (to) {
				case Descriptor.Output output ->
					transfer(s, output, Rights.FD_WRITE, a, 3, false, (position, buffer, length) -> {
						s.output(output.target(), buffer, length);
						return length;
					});
				case Descriptor.File file -> {
					long begin = file.appends() ? file.file.stat().size() : file.position;
					file.position = begin + transfer(s, file, Rights.FD_WRITE, a, 3, false, writer(file, begin));
				}
				case Descriptor.Input _, Descriptor.Folder _ -> throw new WasiFailure(Errno.BADF);
			}
		}), WasiFunction.of("fd_pread", "(i32, i32, i32, i64, i32) -> i32", (s, a) -> {
			Descriptor.File file = s.descriptors().file((int) a[0]);
			file.require(Rights.FD_SEEK);
			transfer(s, file, Rights.FD_READ, a, 4, true, reader(file, offset(a[3])));
		}), WasiFunction.of("fd_pwrite", "(i32, i32, i32, i64, i32) -> i32", (s, a) -> {
			Descriptor.File file = s.descriptors().file((int) a[0]);
			file.require(Rights.FD_SEEK);
			long begin = file.appends() ? file.file.stat().size() : offset(a[3]);
			transfer(s, file, Rights.FD_WRITE, a, 4, false, writer(file, begin));
		}));
	}

	static long offset(long given) throws WasiFailure {
		if (given < 0) {
			throw new WasiFailure(Errno.INVAL);
		}
		return given;
	}

	/** Moves one step of data. */
	private interface Step {

		int move(long done, byte[] buffer, int length) throws WasiFailure, IOException;

	}

	private static Step reader(Descriptor.File file, long begin) {
		return (done, buffer, length) -> file.file.read(begin + done, buffer, length);
	}

	private static Step writer(Descriptor.File file, long begin) {
		return (done, buffer, length) -> {
			if (begin + done + length < 0) {
				throw new WasiFailure(Errno.FBIG);
			}
			file.file.write(begin + done, buffer, length);
			return length;
		};
	}

	/**
	 * Goes through the guest's buffers.
	 * @param result the index of the argument with the address of the count
	 * @param read whether the guest's buffers are filled
	 * @return how many bytes were moved; a failure after some were is told next time
	 */
	private static long transfer(WasiState state, Descriptor descriptor, long right, long[] arguments, int result,
			boolean read, Step step) throws WasiFailure, IOException {
		descriptor.require(right);
		int vectors = (int) arguments[1];
		int count = (int) arguments[2];
		if (count < 0 || count > MOST_VECTORS) {
			throw new WasiFailure(Errno.INVAL);
		}
		checkVectors(state.memory(), vectors, count, (int) arguments[result]);
		long done = 0;
		try {
			for (int i = 0; i < count; i++) {
				int address = state.memory().i32(vectors + 8 * i);
				long length = Integer.toUnsignedLong(state.memory().i32(vectors + 8 * i + 4));
				long moved = buffer(state, address, length, read, step, done);
				done += moved;
				if (moved < length) {
					break;
				}
			}
			if ((descriptor.flags() & Descriptor.SYNC) != 0 && !read && descriptor instanceof Descriptor.File file) {
				file.file.sync();
			}
		}
		catch (PartlyDone ex) {
			done += ex.bytes;
			if (done == 0) {
				throw ex.failure;
			}
		}
		state.memory().i32((int) arguments[result], (int) done);
		return done;
	}

	private static void checkVectors(WasiMemory memory, int vectors, int count, int result) throws WasiFailure {
		memory.require(vectors, 8L * count);
		memory.require(result, 4);
		long total = 0;
		for (int i = 0; i < count; i++) {
			long length = Integer.toUnsignedLong(memory.i32(vectors + 8 * i + 4));
			memory.require(memory.i32(vectors + 8 * i), length);
			total += length;
		}
		if (total > Integer.MAX_VALUE) {
			throw new WasiFailure(Errno.INVAL);
		}
	}

	private static long buffer(WasiState state, int address, long length, boolean read, Step step, long before)
			throws PartlyDone, WasiFailure, IOException {
		byte[] scratch = state.scratch();
		long done = 0;
		while (done < length) {
			state.checkpoint();
			int size = (int) Math.min(length - done, scratch.length);
			int moved;
			try {
				if (!read) {
					state.memory().read((int) (address + done), scratch, size);
				}
				moved = step.move(before + done, scratch, size);
			}
			catch (WasiFailure ex) {
				throw new PartlyDone(done, ex);
			}
			if (read) {
				state.memory().write((int) (address + done), scratch, moved);
			}
			done += moved;
			if (moved < size) {
				break;
			}
		}
		return done;
	}

	/** A failure after some bytes of a buffer were moved. */
	private static final class PartlyDone extends Exception {

		private final long bytes;

		private final transient WasiFailure failure;

		PartlyDone(long bytes, WasiFailure failure) {
			super(null, null, false, false);
			this.bytes = bytes;
			this.failure = failure;
		}

	}

}
