package dev.wasmsandbox;

import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.module.ModuleSource;

/** Fixtures as the tests of this package take them. */
final class TestModules {

	private TestModules() {
	}

	static ModuleSource source(String fixture) {
		return ModuleSource.of(Fixtures.bytes(fixture));
	}

	static SandboxBuilder builder(String fixture) {
		return WasmSandbox.builder().name(fixture).source(source(fixture));
	}

}
