package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.WasmHostFunction;
import org.junit.jupiter.api.Test;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.javapoet.ClassName;

import static org.assertj.core.api.Assertions.assertThat;

class HostFunctionHintsTests {

	@Test
	void annotatedMethodsMayBeCalledInANativeImageAndOthersNeedNot() throws NoSuchMethodException {
		GenericApplicationContext context = new GenericApplicationContext();
		context.registerBeanDefinition("functions", new RootBeanDefinition(Functions.class));
		GenerationContext generation = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get("test", "Application")), new InMemoryGeneratedFiles());
		new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(Functions.class.getDeclaredMethod("add", int.class, int.class)))
			.accepts(generation.getRuntimeHints());
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Functions.class.getDeclaredMethod("other")))
			.rejects(generation.getRuntimeHints());
	}

	static class Functions {

		@WasmHostFunction
		int add(int a, int b) {
			return a + b;
		}

		int other() {
			return 1;
		}

	}

}
