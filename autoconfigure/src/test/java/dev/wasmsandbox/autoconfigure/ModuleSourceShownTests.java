package dev.wasmsandbox.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.fixtures.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What is shown of the place a module comes from. */
class ModuleSourceShownTests {

	@TempDir
	Path folder;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class));

	@Test
	void theLocationIsShownAsItIsWritten() throws IOException {
		Files.write(this.folder.resolve("values.wasm"), Fixtures.bytes("values"));
		shown("file:${base.folder}/values.wasm", "base.folder=" + this.folder);
		shown("classpath:wasm/${base.name}.wasm", "base.name=values");
		shown("file:" + this.folder + "/values.wasm", "base.name=values");
	}

	private void shown(String location, String property) {
		this.runner.withPropertyValues("wasm.modules[my.values].location=" + location, property)
			.run((context) -> assertThat(context.getBean(WasmSandbox.class).info().source()).isEqualTo(location));
		this.runner.withPropertyValues("wasm.modules.values.location=" + location, property)
			.run((context) -> assertThat(context.getBean(WasmSandbox.class).info().source()).isEqualTo(location));
	}

	@Test
	void withoutSpringAMissingFileIsSaidToBeMissing() {
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> WasmSandbox.builder().source(this.folder.resolve("nope.wasm")).build())
			.withMessageContaining("nope.wasm")
			.withMessageEndingWith("there is no such file");
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> WasmSandbox.builder().source(Path.of("nope.wasm")).build())
			.withMessageContaining("there is no such file in the directory the process was started in");
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> WasmSandbox.builder().source(this.folder).build())
			.withMessageContaining("it is a folder");
	}

}
