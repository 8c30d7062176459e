package dev.wasmsandbox.wasi;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A guest's descriptors by number. It never holds more than its bound.
 */
final class DescriptorTable {

	private static final int FIRST_AFTER_STREAMS = 3;

	private final int bound;

	private final List<@Nullable Descriptor> descriptors = new ArrayList<>();

	DescriptorTable(int bound) {
		this.bound = bound;
	}

	/** Adds what is there from the beginning. */
	void add(Descriptor descriptor) {
		this.descriptors.add(descriptor);
	}

	/** Checks that there is room for one more, before it is opened. */
	void requireRoom() throws WasiFailure {
		if (all().size() >= this.bound) {
			throw new WasiFailure(Errno.MFILE);
		}
	}

	/** Gives an opened one the lowest free number that is none of a stream. */
	int open(Descriptor descriptor) {
		for (int i = FIRST_AFTER_STREAMS; i < this.descriptors.size(); i++) {
			if (this.descriptors.get(i) == null) {
				this.descriptors.set(i, descriptor);
				return i;
			}
		}
		this.descriptors.add(descriptor);
		return this.descriptors.size() - 1;
	}

	Descriptor get(int number) throws WasiFailure {
		Descriptor found = (number >= 0 && number < this.descriptors.size()) ? this.descriptors.get(number) : null;
		if (found == null) {
			throw new WasiFailure(Errno.BADF);
		}
		return found;
	}

	/** The descriptor, which must be a directory's. */
	Descriptor.Folder folder(int number) throws WasiFailure {
		if (get(number) instanceof Descriptor.Folder folder) {
			return folder;
		}
		throw new WasiFailure(Errno.NOTDIR);
	}

	/** The descriptor, which must be a file's. */
	Descriptor.File file(int number) throws WasiFailure {
		return switch (get(number)) {
			case Descriptor.File file -> file;
			case Descriptor.Folder _ -> throw new WasiFailure(Errno.BADF);
			case Descriptor.Input _, Descriptor.Output _ -> throw new WasiFailure(Errno.SPIPE);
		};
	}

	void close(int number) throws WasiFailure, IOException {
		Descriptor closed = get(number);
		this.descriptors.set(number, null);
		closed.close();
	}

	/** Moves one to the number of another, which is closed. */
	void renumber(int from, int to) throws WasiFailure, IOException {
		Descriptor moved = get(from);
		Descriptor replaced = get(to);
		if (from != to) {
			this.descriptors.set(to, moved);
			this.descriptors.set(from, null);
			replaced.close();
		}
	}

	/** All that are open. */
	List<Descriptor> all() {
		return this.descriptors.stream().filter(Objects::nonNull).map(Objects::requireNonNull).toList();
	}

}
