package dev.wasmsandbox.module;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ModuleScreener;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ModuleCacheTests {

	@Test
	void compilesTheSameBytesOnce() {
		try (ModuleCache cache = new ModuleCache()) {
			byte[] bytes = Fixtures.bytes("simple_module");
			LoadedModule first = load(cache, bytes);
			assertThat(load(cache, bytes.clone())).isSameAs(first);
			assertThat(first.digest()).hasSize(64).isEqualTo(ModuleCache.digest(bytes));
			assertThat(cache.statistics().hitCount()).isEqualTo(1);
			assertThat(cache.statistics().missCount()).isEqualTo(1);
			assertThat(cache.size()).isEqualTo(1);
			assertThat(cache.weight()).isEqualTo(first.weight()).isGreaterThan(bytes.length);
		}
	}

	@Test
	void compilesOnceForConcurrentAskers() throws Exception {
		try (ModuleCache cache = new ModuleCache(); ExecutorService threads = Executors.newFixedThreadPool(16)) {
			byte[] bytes = Fixtures.bytes("large");
			CountDownLatch start = new CountDownLatch(1);
			Callable<LoadedModule> ask = () -> {
				start.await();
				return load(cache, bytes);
			};
			List<Future<LoadedModule>> answers = new ArrayList<>();
			for (int i = 0; i < 16; i++) {
				answers.add(threads.submit(ask));
			}
			start.countDown();
			LoadedModule first = answers.getFirst().get();
			for (Future<LoadedModule> answer : answers) {
				assertThat(answer.get()).isSameAs(first);
			}
			assertThat(cache.statistics().loadCount()).isEqualTo(1);
		}
	}

	@Test
	void keepsNoMoreModulesThanAllowed() {
		try (ModuleCache cache = new ModuleCache(new ModuleCacheSettings(3, 1L << 30))) {
			for (int i = 0; i < 10; i++) {
				load(cache, TaggedModules.tagged(i));
				assertThat(cache.size()).isLessThanOrEqualTo(3);
			}
			assertThat(cache.statistics().evictionCount()).isEqualTo(7);
		}
	}

	@Test
	void keepsNoMoreBytesThanAllowed() {
		long one;
		try (ModuleCache cache = new ModuleCache()) {
			one = load(cache, TaggedModules.tagged(0)).weight();
		}
		try (ModuleCache cache = new ModuleCache(new ModuleCacheSettings(1_000, 2 * one + 100))) {
			for (int i = 0; i < 10; i++) {
				load(cache, TaggedModules.tagged(i));
				assertThat(cache.size()).isLessThanOrEqualTo(2);
				assertThat(cache.weight()).isLessThanOrEqualTo(2 * one + 100);
			}
		}
	}

	@Test
	void keepsNoFailure() {
		byte[] invalid = TaggedModules.tagged(1);
		ModuleReport report = ModuleScreener.screen("m", invalid, SandboxLimits.defaults());
		// The first instruction of add, local.get 0, now names a local it has not.
		int body = indexOf(invalid, new byte[] { 0x20, 0x00, 0x20, 0x01, 0x6a });
		invalid[body + 1] = 9;
		try (ModuleCache cache = new ModuleCache()) {
			for (int i = 0; i < 2; i++) {
				assertThatExceptionOfType(ModuleRejectedException.class)
					.isThrownBy(() -> cache.get("m", invalid, report))
					.withMessageContaining("Module 'm'")
					.withMessageContaining("not a valid WebAssembly module");
			}
			assertThat(cache.size()).isZero();
			assertThat(cache.statistics().loadFailureCount()).isEqualTo(2);
		}
	}

	@Test
	void anEvictedModuleIsCompiledAgain() {
		try (ModuleCache cache = new ModuleCache()) {
			LoadedModule first = load(cache, Fixtures.bytes("values"));
			assertThat(cache.contains(first.digest())).isTrue();
			cache.evict(first.digest());
			assertThat(cache.contains(first.digest())).isFalse();
			assertThat(load(cache, Fixtures.bytes("values"))).isNotSameAs(first);
		}
	}

	@Test
	void evictedModulesFreeTheirClasses() throws Exception {
		Process child = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(),
				"-XX:MaxMetaspaceSize=128m", "-Xmx256m", "--enable-native-access=ALL-UNNAMED", "-cp",
				System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
				TaggedModules.class.getName(), "500")
			.redirectErrorStream(true)
			.start();
		String output = new String(child.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
		assertThat(child.waitFor()).as(output).isZero();
		assertThat(output).contains("loaded 500 modules");
	}

	private static LoadedModule load(ModuleCache cache, byte[] bytes) {
		return cache.get("m", bytes, ModuleScreener.screen("m", bytes, SandboxLimits.defaults()));
	}

	private static int indexOf(byte[] bytes, byte[] wanted) {
		for (int i = 0; i <= bytes.length - wanted.length; i++) {
			if (java.util.Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
				return i;
			}
		}
		throw new IllegalArgumentException("Not found");
	}

}
