package dev.wasmsandbox;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.module.ModuleSource;

/**
 * Versions of one module. Its functions have other indices in versions that are odd, and
 * say in each which version answers.
 */
final class Versions {

	private Versions() {
	}

	/**
	 * Exports {@code version}, {@code twice}, {@code bump}, {@code level} and
	 * {@code memory}, all but the first one {@code new} too.
	 */
	static byte[] bytes(int number) {
		String version = "(func (export \"version\") (result i32) (i32.const " + number + "))";
		String twice = "(func (export \"twice\") (param i32) (result i32) "
				+ "(i32.add (i32.mul (local.get 0) (i32.const 2)) (i32.const " + 1_000 * number + ")))";
		String bump = "(func (export \"bump\") (result i32) "
				+ "(i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1))) "
				+ "(i32.load (i32.const 0)))";
		String added = "(func (export \"new\") (param f64) (result f64) (local.get 0))";
		String functions = (number % 2 == 0) ? version + twice + bump + ((number == 0) ? "" : added)
				: added + bump + twice + version;
		return Wat.assemble("(module (memory (export \"memory\") 1) " + "(global (export \"level\") i32 (i32.const "
				+ number + ")) " + functions + ")");
	}

	static ModuleSource source(int number) {
		return ModuleSource.of(bytes(number));
	}

	static ModuleDefinition.Builder definition(String name) {
		return ModuleDefinition.named(name).source(source(0));
	}

}
