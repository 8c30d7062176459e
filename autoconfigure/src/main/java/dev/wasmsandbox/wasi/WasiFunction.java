package dev.wasmsandbox.wasi;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A function of WASI preview 1. Whatever goes wrong in it becomes an error number; only
 * what ends the guest's call is thrown.
 *
 * @param signature as the specification has it
 * @param snapshotSafe whether its answer may be shared by all sandboxes of the module
 */
record WasiFunction(String name, String signature, boolean snapshotSafe, Body body) {

	private static final Map<String, Errno> REASONS = Map.ofEntries(Map.entry("Is a directory", Errno.ISDIR),
			Map.entry("Not a directory", Errno.NOTDIR), Map.entry("Directory not empty", Errno.NOTEMPTY),
			Map.entry("No space left on device", Errno.NOSPC), Map.entry("Disk quota exceeded", Errno.DQUOT),
			Map.entry("Too many levels of symbolic links", Errno.LOOP), Map.entry("Too many open files", Errno.MFILE),
			Map.entry("File name too long", Errno.NAMETOOLONG), Map.entry("Read-only file system", Errno.ROFS),
			Map.entry("Invalid argument", Errno.INVAL), Map.entry("Device or resource busy", Errno.BUSY),
			Map.entry("Operation not permitted", Errno.PERM), Map.entry("File too large", Errno.FBIG));

	/** What it does. */
	@FunctionalInterface
	interface Body {

		/** Answers; returning means success. */
		void call(WasiState state, long[] arguments) throws WasiFailure, IOException;

	}

	/** A function that may not be called before a snapshot. */
	static WasiFunction of(String name, String signature, Body body) {
		return new WasiFunction(name, signature, false, body);
	}

	/** The same function, allowed before a snapshot. */
	WasiFunction safe() {
		return new WasiFunction(this.name, this.signature, true, this.body);
	}

	/** Calls it and gives the error number. */
	int call(WasiState state, long[] arguments) throws InterruptedException {
		try {
			this.body.call(state, arguments);
			return Errno.SUCCESS.number();
		}
		catch (WasiFailure ex) {
			return ex.errno().number();
		}
		catch (ClosedByInterruptException ex) {
			Thread.interrupted();
			throw (InterruptedException) new InterruptedException("interrupted in " + this.name).initCause(ex);
		}
		catch (IOException ex) {
			return errno(ex).number();
		}
		catch (InvalidPathException _) {
			return Errno.ILSEQ.number();
		}
	}

	private static Errno errno(IOException failure) {
		return switch (failure) {
			case NoSuchFileException _ -> Errno.NOENT;
			case FileAlreadyExistsException _ -> Errno.EXIST;
			case DirectoryNotEmptyException _ -> Errno.NOTEMPTY;
			case NotDirectoryException _ -> Errno.NOTDIR;
			case AccessDeniedException _ -> Errno.ACCES;
			case NotLinkException _ -> Errno.INVAL;
			case AtomicMoveNotSupportedException _ -> Errno.XDEV;
			case FileSystemException other -> byText(other.getReason());
			default -> byText(failure.getMessage());
		};
	}

	/** Java names other reasons of the system by their text only. */
	private static Errno byText(@Nullable String text) {
		for (Map.Entry<String, Errno> reason : REASONS.entrySet()) {
			if (text != null && text.contains(reason.getKey())) {
				return reason.getValue();
			}
		}
		return Errno.IO;
	}

}
