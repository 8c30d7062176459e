package dev.wasmsandbox.module;

import java.nio.ByteBuffer;
import java.util.Arrays;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.fixtures.Fixtures;

/**
 * As many different modules as a test wants: the same code with another custom section.
 * As a program it loads, calls, unloads and evicts the given number of them, in a JVM
 * whose metaspace would not hold them all.
 */
public final class TaggedModules {

	private TaggedModules() {
	}

	static byte[] tagged(int tag) {
		return tagged("simple_module", tag);
	}

	private static byte[] tagged(String fixture, int tag) {
		byte[] module = Fixtures.bytes(fixture);
		byte[] result = Arrays.copyOf(module, module.length + 8);
		ByteBuffer.wrap(result, module.length, 8).put((byte) 0).put((byte) 6).put((byte) 1).put((byte) 't').putInt(tag);
		return result;
	}

	public static void main(String[] arguments) {
		int count = Integer.parseInt(arguments[0]);
		ModuleCache cache = new ModuleCache();
		try (WasmSandboxes sandboxes = WasmSandboxes.builder().moduleCache(cache).build()) {
			for (int i = 0; i < count; i++) {
				ModuleSource source = ModuleSource.of(tagged("text", i));
				WasmSandbox sandbox = sandboxes.load(ModuleDefinition.named("m" + i).source(source).build());
				if (sandbox.call("alloc", int.class, 16) == 0) {
					throw new IllegalStateException("wrong answer");
				}
				sandbox.close();
				cache.evict(sandbox.info().digest());
			}
		}
		System.out.println("loaded " + count + " modules");
	}

}
