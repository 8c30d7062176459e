package dev.wasmsandbox.autoconfigure;

import java.lang.reflect.Type;
import java.util.List;
import java.util.Objects;

import dev.wasmsandbox.WasmClient;
import dev.wasmsandbox.WasmExport;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.abi.ValueKind;
import dev.wasmsandbox.codec.JsonCodec;
import dev.wasmsandbox.codec.MessagePackCodec;
import dev.wasmsandbox.codec.ValueCodec;
import dev.wasmsandbox.error.ClientMismatchException;
import dev.wasmsandbox.error.UnknownModuleException;
import dev.wasmsandbox.spring.ImportWasmClients;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

class WasmClientTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WasmAutoConfiguration.class, WasmCodecAutoConfiguration.class,
				JacksonAutoConfiguration.class))
		.withPropertyValues("wasm.modules.text.location=classpath:wasm/text.wasm",
				"wasm.modules.echo.location=classpath:wasm/abi_c.wasm");

	@Test
	void clientsThatAreNamedAreBeansOfTheirTypes() {
		this.runner.withUserConfiguration(Named.class).run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(Words.class).doesNotHaveBean(Shouts.class);
			assertThat(context.getBean(Words.class).countWords("a b c")).isEqualTo(3);
			assertThat(context.getBean(Words.class)).isSameAs(context.getBean(Words.class.getName()));
		});
	}

	@Test
	void clientsAreFoundInPackages() {
		this.runner.withUserConfiguration(Scanning.class)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasBean("dev.wasmsandbox.autoconfigure.application.WordTools"));
	}

	@Test
	void aClientIsMadeOnceHoweverOftenItIsImported() {
		this.runner.withUserConfiguration(Named.class, NamedAgain.class)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(Words.class)
				.hasSingleBean(Shouts.class));
	}

	@Test
	void theApplicationsMapperIsUsed() {
		this.runner.withPropertyValues("spring.jackson.property-naming-strategy=SNAKE_CASE")
			.withUserConfiguration(NamedAgain.class)
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(JsonCodec.class).hasSingleBean(MessagePackCodec.class);
				assertThat(context.getBean(Shouts.class).write(new Shout(2))).isEqualTo("{\"how_loud\":2}");
			});
	}

	@Test
	void aModuleHasACodecOfItsOwn() {
		this.runner.withUserConfiguration(OwnCodec.class)
			.withPropertyValues("wasm.modules.echo.codec=loud")
			.run((context) -> assertThat(context.getBean(Shouts.class).write(new Shout(2))).isEqualTo("loud 2"));
		this.runner.withPropertyValues("wasm.modules.echo.codec=xml")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContaining("wasm.modules.echo.codec")
				.hasMessageContaining("json, msgpack"));
	}

	@Test
	void aClientThatDoesNotFitFailsTheStart() {
		this.runner.withUserConfiguration(Unfit.class).run((context) -> {
			assertThat(context).hasFailed();
			Throwable failure = Objects.requireNonNull(context.getStartupFailure());
			assertThat(failure).hasRootCauseInstanceOf(ClientMismatchException.class);
			FailureAnalysis analysis = Objects.requireNonNull(new ClientMismatchFailureAnalyzer().analyze(failure));
			assertThat(analysis.getDescription()).contains(Misfit.class.getName())
				.contains("module 'text'")
				.contains("    - int countWords(String): ")
				.contains("    - String slugify(long): ")
				.contains("(i32, i32) -> i64");
			assertThat(analysis.getAction()).contains("wasm.modules.text.location").contains("@WasmExport");
		});
		this.runner.withUserConfiguration(Unknown.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(UnknownModuleException.class)
				.hasMessageContaining("'nowhere'"));
	}

	/**
	 * Their beans may be made before those of the modules, of which nothing is loaded.
	 */
	@Test
	void aClientOfAModuleThatIsNotThereNamesThoseThatAre() {
		this.runner.withUserConfiguration(Unknown.class).run((context) -> {
			FailureAnalysis analysis = Objects.requireNonNull(
					new UnknownModuleFailureAnalyzer().analyze(Objects.requireNonNull(context.getStartupFailure())));
			assertThat(analysis.getDescription()).contains("'nowhere'")
				.contains(Lost.class.getName())
				.contains("Known modules: echo, text.");
			assertThat(analysis.getAction()).contains("Use one of the known names")
				.contains("'wasm.modules.nowhere.location'");
		});
	}

	@ParameterizedTest
	@CsvSource({ "NoClient, java.util.List has no such annotation", "ClassAsClient, java.lang.String is no interface",
			"SealedClient, Sealed is sealed", "Nameless, NoName names none" })
	void whatIsNoClientFailsTheStartWithWhatToDo(String configuration, String problem) throws ClassNotFoundException {
		this.runner.withUserConfiguration(Class.forName(getClass().getName() + "$" + configuration)).run((context) -> {
			Throwable failure = Objects.requireNonNull(context.getStartupFailure());
			FailureAnalysis analysis = Objects.requireNonNull(new InvalidClientFailureAnalyzer().analyze(failure));
			assertThat(analysis.getDescription()).contains("interface with @WasmClient").contains(problem);
			assertThat(analysis.getAction()).contains("@WasmClient(\"<name>\")");
		});
	}

	@Test
	void aModuleLoadedByTheRegistryHasClientsToo() {
		this.runner.run((context) -> {
			Words words = context.getBean(WasmSandboxes.class).get("text").as(Words.class);
			assertThat(words.countWords("a b")).isEqualTo(2);
		});
	}

	@WasmClient("text")
	interface Words {

		@WasmExport("word_count")
		int countWords(String text);

	}

	@WasmClient("echo")
	interface Shouts {

		@WasmExport("echo_string")
		String write(Shout shout);

	}

	@WasmClient("text")
	interface Misfit {

		int countWords(String text);

		String slugify(long text);

	}

	@WasmClient("nowhere")
	interface Lost {

	}

	record Shout(int howLoud) {
	}

	@Configuration(proxyBeanMethods = false)
	@ImportWasmClients(Words.class)
	static class Named {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportWasmClients({ Words.class, Shouts.class })
	static class NamedAgain {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportWasmClients(basePackages = "dev.wasmsandbox.autoconfigure.application")
	static class Scanning {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportWasmClients(Misfit.class)
	static class Unfit {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportWasmClients(Lost.class)
	static class Unknown {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportWasmClients(List.class)
	static class NoClient {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportWasmClients(String.class)
	static class ClassAsClient {

	}

	@WasmClient("text")
	sealed interface Sealed {

		record Only() implements Sealed {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportWasmClients(Sealed.class)
	static class SealedClient {

	}

	@WasmClient("")
	interface NoName {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportWasmClients(NoName.class)
	static class Nameless {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportWasmClients(Shouts.class)
	static class OwnCodec {

		@Bean
		ValueCodec loud() {
			return new ValueCodec() {

				@Override
				public String name() {
					return "loud";
				}

				@Override
				public ValueKind kind() {
					return ValueKind.STRING;
				}

				@Override
				public Object encode(@Nullable Object value, Type type) {
					return (value instanceof Shout shout) ? "loud " + shout.howLoud() : "";
				}

				@Override
				public Object decode(Object encoded, Type type) {
					return encoded;
				}

			};
		}

	}

}
