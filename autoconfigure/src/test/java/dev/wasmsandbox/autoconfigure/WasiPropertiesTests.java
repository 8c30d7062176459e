package dev.wasmsandbox.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class WasiPropertiesTests {

	private static final String WASI = "wasm.modules.tool.wasi.";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class))
		.withPropertyValues("wasm.modules.tool.location=classpath:wasm/wasi_command.wasm");

	@Test
	void everythingIsGrantedByProperties(@TempDir Path folder) {
		this.runner
			.withPropertyValues(WASI + "enabled=true", WASI + "arguments=tool,--args,--env,MY_NAME",
					WASI + "environment[MY_NAME]=value", WASI + "clocks.enabled=true", WASI + "clocks.resolution=1us",
					WASI + "random=seed", WASI + "seed=7", WASI + "stdin=classpath:wasm/SHA256SUMS",
					WASI + "stdout=capture", WASI + "stderr=log", WASI + "directories[0].guest-path=/tmp",
					WASI + "directories[0].size=1MB", WASI + "directories[1].guest-path=/data",
					WASI + "directories[1].host-path=" + folder, WASI + "directories[1].access=read-write",
					WASI + "limits.output=2KB", WASI + "limits.descriptors=10")
			.run((context) -> {
				WasmSandbox tool = context.getBean(WasmSandbox.class);
				try (SandboxSession session = tool.openSession()) {
					session.call("_start", void.class);
					assertThat(session.stdout()).asString(StandardCharsets.UTF_8)
						.isEqualTo("tool\n--args\n--env\nMY_NAME\nvalue\n");
				}
			});
	}

	@Test
	void whatIsWrongIsNamedByItsProperty() {
		fails("enabled", "enabled=false", "stdout=log");
		fails("seed", "enabled=true", "random=seed");
		fails("seed", "enabled=true", "seed=1");
		fails("clocks.resolution", "enabled=true", "clocks.resolution=1ms");
		fails("clocks.resolution", "enabled=true", "clocks.enabled=true", "clocks.resolution=2h");
		fails("stdin", "enabled=true", "stdin=classpath:nope");
		fails("directories[0]", "enabled=true", "directories[0].size=1MB");
		fails("directories[0]", "enabled=true", "directories[0].guest-path=/d", "directories[0].size=2GB");
		fails("directories[0]", "enabled=true", "directories[0].guest-path=/d", "directories[0].host-path=");
		fails("directories[1]", "enabled=true", "directories[0].guest-path=/d", "directories[1].guest-path=/d");
		fails("limits.descriptors", "enabled=true", "limits.descriptors=3", "directories[0].guest-path=/d");
		fails("limits.output", "enabled=true", "limits.output=2GB");
		fails("limits.descriptors", "enabled=true", "limits.descriptors=2");
	}

	private void fails(String property, String... values) {
		ApplicationContextRunner each = this.runner;
		for (String value : values) {
			each = each.withPropertyValues(WASI + value);
		}
		each.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("Property " + WASI + property));
	}

	@Test
	void aModuleThatImportsWasiIsRefusedWithoutThem() {
		this.runner.run((context) -> assertThat(context).getFailure()
			.hasStackTraceContaining("wasm.modules.tool.wasi.enabled=true"));
	}

}
