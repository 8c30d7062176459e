package dev.wasmsandbox.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/** Names of properties mean what they say, or the application does not start. */
@ExtendWith(OutputCaptureExtension.class)
class PropertyNamesTests {

	@TempDir
	Path folder;

	private final CapturedOutput output;

	PropertyNamesTests(CapturedOutput output) {
		this.output = output;
	}

	private String yaml(String text) throws IOException {
		return "spring.config.location=file:" + Files.writeString(this.folder.resolve("application.yml"), text);
	}

	private AbstractStringAssert<?> failure(String text) throws IOException {
		return FailingApplications.failure(this.output, FailingApplications.Application.class, yaml(text));
	}

	@Test
	void aListOfModules() throws IOException {
		failure("""
				wasm:
				  modules:
				    - location: classpath:wasm/image.wasm
				""").contains("The modules are a list, by 'wasm.modules[0].location'", "application.yml] - 3:17",
				"so 'wasm.modules' is a map", "Action: Write the name of the module instead of the dash of the list",
				"image: location: classpath:wasm/image.wasm");
	}

	@Test
	void aListOfLocationsOrOfMaps() throws IOException {
		failure("""
				wasm:
				  modules: ['classpath:wasm/image.wasm']
				""").contains("The modules are a list, by 'wasm.modules[0]'");
		failure("""
				wasm:
				  modules:
				    - image:
				        location: classpath:wasm/image.wasm
				""").contains("The modules are a list, by 'wasm.modules[0].image.location'");
	}

	@Test
	void aVariableWhoseNameHasAnEqualsSign() throws IOException {
		failure("""
				wasm:
				  modules:
				    tool:
				      location: classpath:wasm/wasi_command.wasm
				      wasi:
				        enabled: true
				        environment: { "A=B": secret }
				""")
			.contains("The name of the property 'wasm.modules.tool.wasi.environment.A=B'", "application.yml] - 7:31",
					"has signs that Spring leaves out", "Action: Write the part with other signs")
			.doesNotContain("secret");
	}

	@Test
	void variablesAreNamedAsTheyAreWritten() throws IOException {
		String yaml = yaml("""
				wasm:
				  modules:
				    "2024":
				      location: classpath:wasm/wasi_command.wasm
				      wasi:
				        enabled: true
				        stdout: capture
				        arguments: [tool, --env, TZ_NAME, --env, Path, --env, a.b-c, --env, "with signs"]
				        environment:
				          TZ_NAME: underscore
				          Path: capital
				          a.b-c: dot and dash
				          "[with signs]": brackets
				""");
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(
				FailingApplications.Application.class)
			.web(WebApplicationType.NONE)
			.run("--" + yaml); SandboxSession session = context.getBean("2024", WasmSandbox.class).openSession()) {
			session.call("_start", void.class);
			assertThat(session.stdout()).asString(StandardCharsets.UTF_8)
				.isEqualTo("underscore\ncapital\ndot and dash\nbrackets\n");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "wasm.modules.my module.location", "wasm.modules.größe.location",
			"wasm.tenants.by-name.a@b.memory", "WASM.modules.a.extism.config.key:1", "wasm.modules.a.globals[env.x" })
	void signsThatWouldBeLeftOut(String name) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addLast(new MapPropertySource("test", Map.of(name, "value")));
		assertThatExceptionOfType(PropertyNameException.class).isThrownBy(() -> PropertyNames.requireKept(environment))
			.withMessageContaining("'" + name + "'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "wasm.modules[my module].location", "wasm.modules[a[0]].location", "wasmtime.a@b",
			"wasm.modules.a.wasi.directories[0].guest-path", "wasm.modules.a.globals[env.__stack_pointer]",
			"wasm.modules.2024.location", "other.a@b", "wasm.modules.a_b-c.callTimeout" })
	void signsThatAreKept(String name) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addLast(new MapPropertySource("test", Map.of(name, "value")));
		assertThatNoException().isThrownBy(() -> PropertyNames.requireKept(environment));
	}

	@Test
	void variablesOfTheSystemMayNumberWhatIsNamed() {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.addLast(new SystemEnvironmentPropertySource("test", Map.of("WASM_MODULES_2024_LOCATION", "value")));
		assertThatNoException().isThrownBy(() -> PropertyNames.requireKept(environment));
	}

	/** What the documentation of WASI says of them. */
	@Test
	void variablesOfTheSystemChangeValuesAndAddNamesInLowerCase() {
		String map = "wasm.modules.tool.wasi.environment";
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.addFirst(new MapPropertySource("file", Map.of(map + ".LANG", "de", map + "[HOME]", "/file")));
		environment.getPropertySources()
			.addFirst(new SystemEnvironmentPropertySource(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
					Map.of("WASM_MODULES_TOOL_WASI_ENVIRONMENT_LANG", "en",
							"WASM_MODULES_TOOL_WASI_ENVIRONMENT_TZ_NAME", "UTC",
							"WASM_MODULES_TOOL_WASI_ENVIRONMENT_HOME", "/system")));
		assertThat(Binder.get(environment).bind(map, Bindable.mapOf(String.class, String.class)).get()).containsOnly(
				Map.entry("LANG", "en"), Map.entry("lang", "en"), Map.entry("tz.name", "UTC"),
				Map.entry("HOME", "/system"), Map.entry("home", "/system"));
	}

}
