package dev.wasmsandbox.wasi;

import java.io.Closeable;
import java.io.IOException;

import org.jspecify.annotations.Nullable;

/**
 * An open regular file. Used by one thread.
 */
interface OpenFile extends Closeable {

	/** Reads at most as many bytes; 0 at the end. */
	int read(long position, byte[] target, int length) throws WasiFailure, IOException;

	/** Writes all bytes; what lies between the end and the position becomes zero. */
	void write(long position, byte[] source, int length) throws WasiFailure, IOException;

	/** Cuts the file or adds zeroes. */
	void resize(long size) throws WasiFailure, IOException;

	FileStat stat() throws WasiFailure, IOException;

	/** Sets times in nanoseconds since 1970; {@code null} leaves one as it is. */
	void setTimes(@Nullable Long accessed, @Nullable Long modified) throws WasiFailure, IOException;

	/** Makes what was written durable. */
	void sync() throws IOException;

}
