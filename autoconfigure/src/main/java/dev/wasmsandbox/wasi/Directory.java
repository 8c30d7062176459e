package dev.wasmsandbox.wasi;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * An open directory. Names are single: without slashes, and neither {@code .} nor
 * {@code ..}; no method follows a symbolic link. So nothing can be reached from it but
 * what lies in it. Used by one thread.
 */
interface Directory extends Closeable {

	/** This directory's own. */
	FileStat stat() throws WasiFailure, IOException;

	/** What stands under a name; {@code null} if nothing does. */
	@Nullable FileStat stat(String name) throws WasiFailure, IOException;

	/** Opens a directory in this one. */
	Directory open(String name) throws WasiFailure, IOException;

	/** Opens this one once more. */
	Directory reopen() throws WasiFailure, IOException;

	OpenFile openFile(String name, FileAccess access) throws WasiFailure, IOException;

	List<String> list() throws WasiFailure, IOException;

	void makeDirectory(String name) throws WasiFailure, IOException;

	void removeDirectory(String name) throws WasiFailure, IOException;

	void removeFile(String name) throws WasiFailure, IOException;

	String readLink(String name) throws WasiFailure, IOException;

	void makeSymlink(String name, String target) throws WasiFailure, IOException;

	/** Gives a file a second name in another directory of the same grant. */
	void makeLink(String name, Directory target, String newName) throws WasiFailure, IOException;

	/** Moves to a directory of the same grant, in place of what stands there. */
	void rename(String name, Directory target, String newName) throws WasiFailure, IOException;

	/** Sets times in nanoseconds since 1970; {@code null} leaves one as it is. */
	void setTimes(String name, @Nullable Long accessed, @Nullable Long modified) throws WasiFailure, IOException;

	/** Sets its own times. */
	void setTimes(@Nullable Long accessed, @Nullable Long modified) throws WasiFailure, IOException;

	@Override
	void close() throws IOException;

}
