package dev.wasmsandbox.autoconfigure.application;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.spring.ImportWasmClients;
import dev.wasmsandbox.spring.WasmModule;
import dev.wasmsandbox.spring.WasmModuleCustomizer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Prints what it was given; run by the tests that start a JVM. In a package of its own,
 * as code generated for it sees only what is public elsewhere.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@ImportWasmClients
public class ForkedApplication {

	private final Collection<String> customized = new TreeSet<>();

	static void main(String[] args) {
		SpringApplication application = new SpringApplication(ForkedApplication.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.run(args).close();
	}

	@Bean
	WasmModuleCustomizer customizer() {
		return (builder) -> this.customized.add(builder.name());
	}

	@Bean
	CommandLineRunner printer(WasmSandboxes sandboxes, Map<String, WasmSandbox> beans,
			@WasmModule("simple") WasmSandbox simple, ObjectProvider<WasmSandbox> only, WordTools words) {
		return (arguments) -> {
			WasmSandbox unique = only.getIfUnique();
			WasmSandbox first = beans.values().stream().min((a, b) -> a.name().compareTo(b.name())).orElseThrow();
			System.out.println("customized=" + this.customized);
			System.out.println("words=" + words.countWords("one two") + " slug=" + words.joined(List.of("A", "B")));
			System.out.println("modules=" + sandboxes.names() + " beans=" + new TreeSet<>(beans.keySet()) + " only="
					+ ((unique != null) ? unique.name() : "-") + " add=" + simple.call("add", int.class, 2, 3)
					+ " pool=" + first.info().pool().maxSize());
		};
	}

}
