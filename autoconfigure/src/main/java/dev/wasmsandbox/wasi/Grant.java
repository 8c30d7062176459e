package dev.wasmsandbox.wasi;

import java.io.Closeable;
import java.io.IOException;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * A granted directory in one lease: its file system, opened or made at the first use.
 */
final class Grant implements Closeable {

	private final WasiDirectory settings;

	private final long device;

	private final LongSupplier clock;

	private @Nullable MemoryVolume memory;

	private @Nullable HostVolume host;

	Grant(WasiDirectory settings, long device, LongSupplier clock) {
		this.settings = settings;
		this.device = device;
		this.clock = clock;
	}

	/** Opens the directory itself. */
	Directory open() throws WasiFailure, IOException {
		if (this.settings.hostPath() != null) {
			if (this.host == null) {
				this.host = HostVolume.open(this.settings.hostPath(), this.settings);
			}
			return this.host.root();
		}
		if (this.memory == null) {
			this.memory = new MemoryVolume(this.settings, this.clock);
		}
		return this.memory.root();
	}

	String name() {
		return this.settings.guestPath();
	}

	boolean readOnly() {
		return this.settings.readOnly();
	}

	long device() {
		return this.device;
	}

	long base() {
		return readOnly() ? Rights.DIRECTORY & ~Rights.DIRECTORY_CHANGES : Rights.DIRECTORY;
	}

	long inheriting() {
		long all = base() | Rights.FILE;
		return readOnly() ? all & ~Rights.FILE_CHANGES : all;
	}

	@Override
	public void close() throws IOException {
		if (this.host != null) {
			this.host.close();
		}
	}

}
