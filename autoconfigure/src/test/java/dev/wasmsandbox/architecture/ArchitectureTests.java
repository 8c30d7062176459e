package dev.wasmsandbox.architecture;

import java.util.ArrayList;
import java.util.List;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.wasmsandbox.WasmSandbox;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/** The rules of the house; docs/architecture.md shows them as a picture. */
class ArchitectureTests {

	private static final String ROOT = "dev.wasmsandbox";

	/** From top to bottom: a package may use those that stand below it. */
	private static final List<String> LAYERS = List.of("test", "autoconfigure", "actuate", "spring", "tuning",
			"metrics.rules", "metrics", "stream", "channel", "", "client", "codec", "abi", "guest", "pool", "module",
			"compile", "wasi", "engine", "screen", "memory", "observe", "limits", "error");

	private final JavaClasses library = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.withImportOption(
				(location) -> !location.contains("wasm-sandbox-fixtures") && !location.contains("/fixtures/target/"))
		.importPackages(ROOT);

	@Test
	void arrowsGoDownOnly() {
		for (int i = 1; i < LAYERS.size(); i++) {
			List<String> above = new ArrayList<>();
			LAYERS.subList(0, i).forEach((layer) -> above.add(pattern(layer)));
			check(noClasses().that()
				.resideInAPackage(pattern(LAYERS.get(i)))
				.should()
				.dependOnClassesThat()
				.resideInAnyPackage(above.toArray(String[]::new)));
		}
	}

	@Test
	void everyPackageHasAPlace() {
		assertThat(this.library.contain(WasmSandbox.class)).isTrue();
		check(classes().should()
			.resideInAnyPackage(LAYERS.stream().map(ArchitectureTests::pattern).toArray(String[]::new)));
	}

	@Test
	void packagesHaveNoCycles() {
		check(slices().matching(ROOT + ".(*)..").should().beFreeOfCycles());
	}

	@Test
	void onlyTheEngineKnowsTheEngine() {
		check(noClasses().that()
			.resideOutsideOfPackage(pattern("engine"))
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("com.dylibso.chicory..", "org.objectweb.asm.."));
	}

	@Test
	void springStaysAtTheTop() {
		check(noClasses().that()
			.resideOutsideOfPackages(pattern("autoconfigure"), pattern("actuate"), pattern("spring"))
			.should()
			.dependOnClassesThat()
			.resideInAPackage("org.springframework.."));
	}

	@Test
	void onlyMetricsAndAboveKnowTheMetricsLibrary() {
		check(noClasses().that()
			.resideOutsideOfPackages(pattern("autoconfigure"), pattern("actuate"), pattern("tuning"),
					pattern("metrics"))
			.should()
			.dependOnClassesThat()
			.resideInAPackage("io.micrometer.."));
	}

	@Test
	void rawMemoryStaysInItsPackage() {
		check(noClasses().that()
			.resideOutsideOfPackage(pattern("memory"))
			.should()
			.callMethod("java.lang.foreign.MemorySegment", "reinterpret", "long")
			.orShould()
			.dependOnClassesThat()
			.haveFullyQualifiedName("java.lang.foreign.Linker"));
	}

	@Test
	void autoConfigurationsArePublicAndFinalWithPrivateBeans() {
		check(classes().that()
			.areAnnotatedWith("org.springframework.boot.autoconfigure.AutoConfiguration")
			.should()
			.bePublic()
			.andShould()
			.haveModifier(JavaModifier.FINAL)
			.allowEmptyShould(true));
		check(methods().that()
			.areAnnotatedWith("org.springframework.context.annotation.Bean")
			.should()
			.notBePublic()
			.allowEmptyShould(true));
	}

	private void check(ArchRule rule) {
		rule.allowEmptyShould(true).check(this.library);
	}

	private static String pattern(String layer) {
		return layer.isEmpty() ? ROOT : ROOT + "." + layer;
	}

}
