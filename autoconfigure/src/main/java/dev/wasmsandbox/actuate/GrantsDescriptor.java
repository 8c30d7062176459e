package dev.wasmsandbox.actuate;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

import dev.wasmsandbox.ModuleInfo;
import dev.wasmsandbox.wasi.WasiDirectory;
import dev.wasmsandbox.wasi.WasiSettings;
import org.jspecify.annotations.Nullable;

/**
 * What a module is granted. It names nothing that may be secret: of arguments and input
 * their size, of variables the names, of the host's directories the last part of the
 * path.
 *
 * @param capabilities what it is granted of what host functions require
 * @param wasi what WASI grants it; absent if it may not import WASI
 */
public record GrantsDescriptor(List<String> capabilities, @Nullable WasiDescriptor wasi) {

	static GrantsDescriptor of(ModuleInfo info) {
		WasiSettings wasi = info.wasi();
		return new GrantsDescriptor(info.capabilities().stream().sorted().toList(),
				(wasi != null) ? WasiDescriptor.of(wasi) : null);
	}

	private static String text(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * What WASI grants.
	 *
	 * @param arguments how many arguments the program is given
	 * @param environment the names of the variables it sees
	 * @param clocks whether it may read the time and sleep
	 * @param clockResolutionNanos what times are rounded down to; absent without clocks
	 * @param random where its random numbers come from: none, secure or seed
	 * @param stdinBytes how long its standard input is
	 * @param stdout where its standard output goes: discard, log or capture
	 * @param stderr where its error output goes
	 * @param directories the directories it finds
	 * @param outputLimitBytes the most bytes one call or session may write to both
	 * streams
	 * @param descriptorLimit the most descriptors it may have open
	 */
	public record WasiDescriptor(int arguments, List<String> environment, boolean clocks,
			@Nullable Long clockResolutionNanos, String random, int stdinBytes, String stdout, String stderr,
			List<DirectoryDescriptor> directories, long outputLimitBytes, int descriptorLimit) {

		static WasiDescriptor of(WasiSettings wasi) {
			return new WasiDescriptor(wasi.arguments().size(), wasi.environment().keySet().stream().sorted().toList(),
					wasi.clocks(), wasi.clocks() ? wasi.clockResolution().toNanos() : null, text(wasi.random()),
					wasi.stdinBytes(), text(wasi.stdout()), text(wasi.stderr()),
					wasi.directories().stream().map(DirectoryDescriptor::of).toList(), wasi.maxOutput(),
					wasi.maxDescriptors());
		}

	}

	/**
	 * A directory.
	 *
	 * @param guestPath the name by which the program finds it
	 * @param hostName the last part of the path of the host's directory; absent for one
	 * in memory
	 * @param readOnly whether the program may change nothing in it
	 * @param maxBytes the most bytes of its files; on the host, the most that one call or
	 * session adds
	 * @param maxFiles the most files in it; on the host, the most that one call or
	 * session adds
	 */
	public record DirectoryDescriptor(String guestPath, @Nullable String hostName, boolean readOnly, long maxBytes,
			int maxFiles) {

		static DirectoryDescriptor of(WasiDirectory directory) {
			return new DirectoryDescriptor(directory.guestPath(), lastPart(directory.hostPath()), directory.readOnly(),
					directory.maxBytes(), directory.maxFiles());
		}

		private static @Nullable String lastPart(@Nullable Path path) {
			if (path == null) {
				return null;
			}
			Path name = path.getFileName();
			return (name != null) ? name.toString() : path.toString();
		}

	}

}
