package dev.wasmsandbox.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.module.ModuleCache;
import dev.wasmsandbox.spring.WasmModuleReloadedEvent;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** Reloads in an application context: events, and modules that are watched. */
@ExtendWith(OutputCaptureExtension.class)
class ReloadInContextTests {

	/** Two looks and one that finds nothing new. */
	private static final Duration THREE_LOOKS = ModuleWatcher.PAUSE.multipliedBy(3);

	@TempDir
	private Path folder;

	private final List<WasmModuleReloadedEvent> events = new CopyOnWriteArrayList<>();

	private final CapturedOutput output;

	ReloadInContextTests(CapturedOutput output) {
		this.output = output;
	}

	private static byte[] version(int number) {
		return Wat.assemble("(module (func (export \"version\") (result i32) (i32.const " + number + ")))");
	}

	private Path file() {
		return this.folder.resolve("a.wasm");
	}

	private ApplicationContextRunner runner() throws IOException {
		Files.write(file(), version(1));
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class))
			.withInitializer((context) -> ((GenericApplicationContext) context).registerBean("listener", Listener.class,
					() -> new Listener(this.events)))
			.withPropertyValues("wasm.modules.a.location=" + file().toUri());
	}

	private record Listener(
			List<WasmModuleReloadedEvent> events) implements ApplicationListener<WasmModuleReloadedEvent> {

		@Override
		public void onApplicationEvent(WasmModuleReloadedEvent event) {
			this.events.add(event);
			if (event.after().reloads() == 2) {
				throw new IllegalStateException("a listener's trouble");
			}
		}

	}

	private void await(AssertableApplicationContext context, int version) {
		WasmSandbox sandbox = context.getBean(WasmSandbox.class);
		Awaitility.await()
			.atMost(Duration.ofMinutes(1))
			.untilAsserted(() -> assertThat(sandbox.call("version", int.class)).isEqualTo(version));
	}

	@Test
	void aReloadIsToldAfterItAndAListenersTroubleStaysTheListeners() throws IOException {
		runner().run((context) -> {
			WasmSandboxes sandboxes = context.getBean(WasmSandboxes.class);
			sandboxes.reload("a");
			Files.write(file(), version(2));
			assertThat(sandboxes.reload("a").reloads()).isEqualTo(2);
			assertThat(this.events).hasSize(2);
			WasmModuleReloadedEvent event = this.events.getLast();
			assertThat(event.module()).isEqualTo("a");
			assertThat(event.getSource()).isSameAs(sandboxes);
			assertThat(event.before().digest()).isEqualTo(ModuleCache.digest(version(1)));
			assertThat(event.after().digest()).isEqualTo(ModuleCache.digest(version(2)));
			assertThat(this.output).contains("Module 'a' was reloaded, but a listener failed", "a listener's trouble");
			await(context, 2);
		});
	}

	@Test
	void nothingIsWatchedUnlessItIsWanted() throws IOException {
		runner().run((context) -> assertThat(watchers()).isZero());
	}

	private static long watchers() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("wasm-watch"))
			.count();
	}

	@Test
	void aWatchedFileIsFollowedWhateverHappensToIt() throws IOException {
		runner().withPropertyValues("wasm.modules.a.watch=true").run((context) -> {
			Files.write(file(), version(2));
			await(context, 2);
			assertThat(this.output).contains("Module 'a' was reloaded from " + file());
			// Renamed over it, older and as long as what was there.
			Path other = Files.write(this.folder.resolve("b.wasm"), version(3));
			Files.setLastModifiedTime(other, FileTime.fromMillis(1_000_000));
			Files.move(other, file(), StandardCopyOption.ATOMIC_MOVE);
			await(context, 3);
			Files.delete(file());
			Awaitility.await().until(() -> this.output.getOut().contains("is gone; version"));
			await(context, 3);
			Files.write(file(), version(4));
			await(context, 4);
			Files.write(file(), Wat.assemble("(module)"));
			Awaitility.await().until(() -> this.output.getOut().contains("'version' must be a function () -> i32"));
			assertThat(this.output).contains("Module 'a' was not reloaded from " + file());
			await(context, 4);
			Files.write(file(), version(5));
			await(context, 5);
			// The start's own look at an unchanged file and a touched one are no reloads.
			int reloads = context.getBean(WasmSandbox.class).info().reloads();
			Files.setLastModifiedTime(file(), FileTime.fromMillis(2_000_000));
			Awaitility.await()
				.during(THREE_LOOKS)
				.atMost(Duration.ofMinutes(1))
				.until(() -> context.getBean(WasmSandbox.class).info().reloads() == reloads);
			assertThat(this.events).hasSize(reloads).hasSize(4);
		});
		Awaitility.await().until(() -> watchers() == 0);
	}

	@Test
	void aStoppedContextDoesNotLookAndAStartedOneDoesAgain() throws IOException {
		runner().withPropertyValues("wasm.modules.a.watch=true").run((context) -> {
			assertThat(watchers()).isEqualTo(1);
			context.getSourceApplicationContext().stop();
			Awaitility.await().until(() -> watchers() == 0);
			Files.write(file(), version(2));
			await(context, 1);
			context.getSourceApplicationContext().start();
			await(context, 2);
		});
	}

}
