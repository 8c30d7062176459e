package dev.wasmsandbox.module;

import java.time.Duration;

import dev.wasmsandbox.compile.CodeTier;
import dev.wasmsandbox.engine.CompiledModule;
import dev.wasmsandbox.screen.ModuleReport;

/**
 * A module that is ready to be instantiated. Immutable.
 *
 * @param digest the SHA-256 of the binary, in lower-case hexadecimal digits
 * @param report what it is
 * @param code its code
 * @param tier how the code runs
 * @param compileTime how long it took to get there
 */
public record LoadedModule(String digest, ModuleReport report, CompiledModule code, CodeTier tier,
		Duration compileTime) {

	/** What it weighs in the cache: its binary and its class files, in bytes. */
	public long weight() {
		return this.report.size() + this.code.codeBytes();
	}

}
