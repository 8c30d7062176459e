package dev.wasmsandbox;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;

import dev.wasmsandbox.compile.CodeTier;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.limits.SnapshotPoint;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.wasi.WasiSettings;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a loaded module. Immutable.
 *
 * @param name its name
 * @param source where it came from
 * @param digest the SHA-256 of its binary, in lower-case hexadecimal digits
 * @param report what its binary says
 * @param tier how its code runs
 * @param compileTime how long compiling took; it may have been compiled earlier, under
 * another name
 * @param codeBytes the size of the generated class files, in bytes
 * @param limits what one sandbox may use
 * @param pool the bounds of its pool
 * @param capabilities what it is granted of what host functions require
 * @param wasi what WASI grants it; {@code null} if it may not import WASI at all
 * @param loadedAt since when this version is loaded
 * @param reloads how often it was reloaded since it was loaded first
 * @param abi the name of the convention by which it is passed what is no number
 * @param snapshot when the state is taken that its sandboxes start with
 * @param hugeMethods how many of its methods HotSpot leaves to its interpreter because of
 * their length
 */
public record ModuleInfo(String name, String source, String digest, ModuleReport report, CodeTier tier,
		Duration compileTime, long codeBytes, SandboxLimits limits, PoolSettings pool, Set<String> capabilities,
		@Nullable WasiSettings wasi, Instant loadedAt, int reloads, String abi, SnapshotPoint snapshot,
		int hugeMethods) {
}
