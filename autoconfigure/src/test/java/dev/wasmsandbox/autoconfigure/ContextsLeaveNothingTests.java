package dev.wasmsandbox.autoconfigure;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.memory.BufferAccess;
import dev.wasmsandbox.memory.ZeroCopyBuffer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/** Application contexts come and go; the process ends with what it had. */
@EnabledOnOs(OS.LINUX)
class ContextsLeaveNothingTests {

	private final List<WeakReference<WasmSandboxes>> registries = new ArrayList<>();

	@TempDir
	private static Path folder;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class))
		.withBean(HostFunction.class, () -> HostFunction.of("env", "unused", "() -> ()", (context, arguments) -> null))
		.withPropertyValues("wasm.modules.memory.location=classpath:wasm/memory_test.wasm",
				"wasm.modules.memory.pool.min-idle=2", "wasm.modules.simple.location=classpath:wasm/simple_module.wasm",
				"wasm.modules.simple.snapshot=after-start")
		.withPropertyValues("wasm.modules.watched.location=" + watched().toUri(), "wasm.modules.watched.watch=true");

	private static Path watched() {
		try {
			return Files.write(folder.resolve("watched.wasm"), Fixtures.bytes("simple_module"));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * What a process holds. What the JVM itself takes and gives varies a little.
	 *
	 * @param threads those of this library
	 * @param images mappings of its anonymous files
	 * @param mappings all mappings
	 * @param files open files of all kinds
	 * @param classes loaded classes
	 */
	private record Held(long threads, long images, long mappings, long files, long classes) {

		static Held now() {
			try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"));
					Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
				List<String> all = maps.toList();
				long ours = all.stream().filter((line) -> line.contains("wasm-")).count();
				return new Held(libraryThreads(), ours, all.size(), files.count(),
						ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		}

		static long libraryThreads() {
			return Thread.getAllStackTraces()
				.keySet()
				.stream()
				.filter((thread) -> thread.getName().startsWith("wasm-"))
				.count();
		}

		boolean within(Held before, int slack) {
			return this.threads <= before.threads && this.images <= before.images
					&& this.mappings <= before.mappings + slack && this.files <= before.files + slack / 4
					&& this.classes <= before.classes + slack;
		}

	}

	@Test
	void twentyContextsLeaveNothing() {
		leaveNothing(20);
	}

	@Tag("slow")
	@Test
	void aHundredContextsLeaveNothing() {
		leaveNothing(100);
	}

	/**
	 * One thing left by each context is more than the JVM's own variation. That is
	 * largest while the JVM still makes classes for reflection that is used often, so a
	 * first round may end with more than it began; what contexts leave they leave in
	 * every round.
	 */
	private void leaveNothing(int contexts) {
		boolean clean = false;
		List<Held> rounds = new ArrayList<>();
		for (int round = 0; round < 3 && !clean; round++) {
			round(5);
			Held before = Held.now();
			round(contexts);
			Held after = Held.now();
			rounds.addAll(List.of(before, after));
			clean = after.within(before, contexts - 1);
		}
		assertThat(clean).as("before and after each round: %s", rounds).isTrue();
	}

	private void round(int contexts) {
		for (int i = 0; i < contexts; i++) {
			context(i);
		}
		awaitCollected();
	}

	private void awaitCollected() {
		Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
			System.gc();
			return this.registries.stream().allMatch((registry) -> registry.get() == null)
					&& Held.libraryThreads() == 0;
		});
	}

	private void context(int round) {
		this.runner.run((context) -> {
			this.registries.add(new WeakReference<>(context.getBean(WasmSandboxes.class)));
			assertThat(context.getBean(WasmSandboxes.class).reload("simple").reloads()).isEqualTo(1);
			WasmSandbox memory = context.getBean("memory", WasmSandbox.class);
			assertThat(context.getBean("simple", WasmSandbox.class).call("add", int.class, round, 2))
				.isEqualTo(round + 2);
			assertThat(memory.callAsync("grow", int.class, 1).join()).isEqualTo(1);
			try (ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(1); SandboxSession session = memory.openSession()) {
				session.map(buffer, 0, BufferAccess.READ_WRITE);
				session.memory().view(0, 8).set(ValueLayout.JAVA_BYTE, 0, (byte) round);
				assertThat(buffer.view().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) round);
			}
		});
	}

}
