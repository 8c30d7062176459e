package dev.wasmsandbox.compile;

import java.time.Duration;

import dev.wasmsandbox.engine.CompiledModule;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.screen.ModuleReport;
import org.jspecify.annotations.Nullable;

/**
 * Compiles modules ahead of their first call. Stateless and thread-safe.
 */
public final class AotCompiler {

	/**
	 * A compiled module and what it cost.
	 *
	 * @param code the code
	 * @param tier how it runs
	 * @param elapsed how long parsing, validating and compiling took
	 */
	public record Result(CompiledModule code, CodeTier tier, Duration elapsed) {
	}

	/**
	 * Parses, validates and compiles a module.
	 * @param metered whether the code is to count its work
	 * @throws ModuleRejectedException if it is invalid or cannot be compiled
	 */
	public Result compile(@Nullable String moduleName, byte[] bytes, ModuleReport report, boolean metered) {
		long start = System.nanoTime();
		CompiledModule code = CompiledModule.compile(moduleName, bytes, report, metered);
		return new Result(code, CodeTier.AHEAD_OF_TIME, Duration.ofNanos(System.nanoTime() - start));
	}

}
