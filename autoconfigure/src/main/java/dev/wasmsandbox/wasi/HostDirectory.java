package dev.wasmsandbox.wasi;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.wasmsandbox.wasi.FileStat.Kind;
import org.jspecify.annotations.Nullable;

/**
 * An open directory of a {@link HostVolume}. It makes no symbolic links, because they
 * would lead programs of the host anywhere, and no hard links.
 */
final class HostDirectory implements Directory {

	private static final int MOST_ENTRIES = 100_000;

	private static final Path SELF = Path.of(".");

	private final HostVolume volume;

	/** Where it was when it was opened; used only to read the text of links. */
	private final Path path;

	private final SecureDirectoryStream<Path> stream;

	HostDirectory(HostVolume volume, Path path, SecureDirectoryStream<Path> stream) {
		this.volume = volume;
		this.path = path;
		this.stream = stream;
	}

	/** Opens the same directory once more. */
	static SecureDirectoryStream<Path> again(SecureDirectoryStream<Path> stream) throws IOException {
		return stream.newDirectoryStream(SELF, LinkOption.NOFOLLOW_LINKS);
	}

	@Override
	public FileStat stat() throws IOException {
		return stat(this.stream.getFileAttributeView(BasicFileAttributeView.class).readAttributes());
	}

	@Override
	public @Nullable FileStat stat(String name) throws IOException {
		try {
			return stat(view(name).readAttributes());
		}
		catch (NoSuchFileException _) {
			return null;
		}
	}

	private BasicFileAttributeView view(String name) {
		return this.stream.getFileAttributeView(Path.of(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
	}

	private static FileStat stat(BasicFileAttributes found) {
		Kind kind = Kind.OTHER;
		if (found.isDirectory()) {
			kind = Kind.DIRECTORY;
		}
		else if (found.isRegularFile()) {
			kind = Kind.FILE;
		}
		else if (found.isSymbolicLink()) {
			kind = Kind.SYMLINK;
		}
		long modified = nanos(found.lastModifiedTime());
		// Not the host's number: guests need only tell files apart.
		long inode = 0x9E3779B97F4A7C15L * String.valueOf(found.fileKey()).hashCode() ^ key(found);
		return new FileStat(kind, inode, 1, found.size(), nanos(found.lastAccessTime()), modified, modified);
	}

	private static long key(BasicFileAttributes found) {
		long mixed = 0;
		for (char digit : String.valueOf(found.fileKey()).toCharArray()) {
			mixed = mixed * 1_099_511_628_211L + digit;
		}
		return mixed;
	}

	private static long nanos(FileTime time) {
		return time.to(TimeUnit.NANOSECONDS);
	}

	@Override
	public HostDirectory open(String name) throws IOException {
		return new HostDirectory(this.volume, this.path.resolve(name),
				this.stream.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS));
	}

	@Override
	public HostDirectory reopen() throws IOException {
		return new HostDirectory(this.volume, this.path, again(this.stream));
	}

	@Override
	public OpenFile openFile(String name, FileAccess access) throws WasiFailure, IOException {
		FileStat found = stat(name);
		if (found != null) {
			// A pipe would block when it is opened, a device do worse.
			switch (found.kind()) {
				case FILE -> {
				}
				case SYMLINK -> throw new WasiFailure(Errno.LOOP);
				case DIRECTORY -> throw new WasiFailure(Errno.ISDIR);
				case OTHER -> throw new WasiFailure(Errno.ACCES);
			}
		}
		else if (access.create()) {
			this.volume.countFile();
		}
		HostDirectory parent = reopen();
		boolean opened = false;
		try {
			OpenFile file = new HostFile(this.volume, parent, name, channel(name, access));
			opened = true;
			return file;
		}
		finally {
			if (!opened) {
				parent.close();
			}
		}
	}

	private FileChannel channel(String name, FileAccess access) throws IOException {
		Set<OpenOption> options = new HashSet<>(Set.of(LinkOption.NOFOLLOW_LINKS));
		if (access.read() || !access.write()) {
			options.add(StandardOpenOption.READ);
		}
		if (access.changes()) {
			options.add(StandardOpenOption.WRITE);
		}
		if (access.create()) {
			options.add(access.exclusive() ? StandardOpenOption.CREATE_NEW : StandardOpenOption.CREATE);
		}
		if (access.truncate()) {
			options.add(StandardOpenOption.TRUNCATE_EXISTING);
		}
		SeekableByteChannel channel = this.stream.newByteChannel(Path.of(name), options);
		if (channel instanceof FileChannel file) {
			return file;
		}
		channel.close();
		throw new IOException("not a file channel");
	}

	@Override
	public List<String> list() throws WasiFailure, IOException {
		List<String> names = new ArrayList<>();
		try (SecureDirectoryStream<Path> fresh = again(this.stream)) {
			for (Path entry : fresh) {
				if (names.size() == MOST_ENTRIES) {
					throw new WasiFailure(Errno.OVERFLOW);
				}
				Path name = Objects.requireNonNull(entry.getFileName());
				if (isText(name)) {
					names.add(name.toString());
				}
			}
		}
		catch (DirectoryIteratorException ex) {
			throw ex.getCause();
		}
		return names;
	}

	/**
	 * Whether a name is text. The system's names are bytes; where these are none, Java
	 * shows others in their place, and a guest that goes by them finds nothing, or
	 * another file.
	 */
	private static boolean isText(Path name) {
		try {
			return name.equals(Path.of(name.toString()));
		}
		catch (InvalidPathException _) {
			return false;
		}
	}

	@Override
	public void makeDirectory(String name) throws WasiFailure, IOException {
		if (stat(name) != null) {
			throw new WasiFailure(Errno.EXIST);
		}
		this.volume.makeDirectory(this.stream, name);
	}

	@Override
	public void removeDirectory(String name) throws IOException {
		this.stream.deleteDirectory(Path.of(name));
	}

	@Override
	public void removeFile(String name) throws WasiFailure, IOException {
		FileStat found = stat(name);
		if (found != null && found.is(Kind.DIRECTORY)) {
			throw new WasiFailure(Errno.ISDIR);
		}
		this.stream.deleteFile(Path.of(name));
	}

	/**
	 * Reads a link's text. There is no way to do so relative to an open directory, so
	 * what stands at the path is compared before and after; and where the text leads, is
	 * gone step by step like every path.
	 */
	@Override
	public String readLink(String name) throws WasiFailure, IOException {
		Path link = this.path.resolve(name);
		requireSame(link, name);
		Path target = Files.readSymbolicLink(link);
		requireSame(link, name);
		if (!isText(target)) {
			throw new WasiFailure(Errno.ILSEQ);
		}
		return target.toString();
	}

	private void requireSame(Path link, String name) throws WasiFailure, IOException {
		Object there = Files.readAttributes(link, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
		BasicFileAttributes here = view(name).readAttributes();
		if (!here.isSymbolicLink()) {
			throw new WasiFailure(Errno.INVAL);
		}
		if (there == null || !there.equals(here.fileKey())) {
			throw new WasiFailure(Errno.AGAIN);
		}
	}

	@Override
	public void makeSymlink(String name, String target) throws WasiFailure {
		throw new WasiFailure(Errno.NOTSUP);
	}

	@Override
	public void makeLink(String name, Directory target, String newName) throws WasiFailure {
		throw new WasiFailure(Errno.NOTSUP);
	}

	@Override
	public void rename(String name, Directory target, String newName) throws WasiFailure, IOException {
		if (!(target instanceof HostDirectory other) || other.volume != this.volume) {
			throw new WasiFailure(Errno.XDEV);
		}
		this.stream.move(Path.of(name), other.stream, Path.of(newName));
	}

	@Override
	public void setTimes(String name, @Nullable Long accessed, @Nullable Long modified) throws IOException {
		set(view(name), accessed, modified);
	}

	@Override
	public void setTimes(@Nullable Long accessed, @Nullable Long modified) throws IOException {
		set(this.stream.getFileAttributeView(BasicFileAttributeView.class), accessed, modified);
	}

	@SuppressWarnings("NullAway") // the JDK takes null for a time that is left alone
	private static void set(BasicFileAttributeView view, @Nullable Long accessed, @Nullable Long modified)
			throws IOException {
		view.setTimes(time(modified), time(accessed), null);
	}

	private static @Nullable FileTime time(@Nullable Long nanos) {
		return (nanos != null) ? FileTime.from(nanos, TimeUnit.NANOSECONDS) : null;
	}

	@Override
	public void close() throws IOException {
		this.stream.close();
	}

}
