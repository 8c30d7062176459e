package dev.wasmsandbox.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

import dev.wasmsandbox.fixtures.Fixtures;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Applications that really fail to start, and what they then say. */
@ExtendWith(OutputCaptureExtension.class)
class FailureAnalysisTests {

	@TempDir
	Path folder;

	private final CapturedOutput output;

	FailureAnalysisTests(CapturedOutput output) {
		this.output = output;
	}

	private AbstractStringAssert<?> failure(Class<?> application, String... properties) {
		return FailingApplications.failure(this.output, application, properties);
	}

	private String file(String name, byte[] content) throws IOException {
		return "file:" + Files.write(this.folder.resolve(name), content);
	}

	@Test
	void watchingWhatIsNoFile() throws IOException {
		Path archive = this.folder.resolve("modules.jar");
		try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(archive))) {
			jar.putNextEntry(new JarEntry("simple.wasm"));
			jar.write(Fixtures.bytes("simple_module"));
		}
		String location = "jar:" + archive.toUri() + "!/simple.wasm";
		failure(FailingApplications.Application.class, "wasm.modules.simple.location=" + location,
				"wasm.modules.simple.watch=true")
			.contains("wasm.modules.simple.watch", "Only files can be watched", "inside an archive",
					"Use a location that begins with 'file:'");
	}

	@Test
	void aMissingFile() {
		failure(FailingApplications.Application.class, "wasm.modules.image.location=classpath:wasm/nope.wasm").contains(
				"The WebAssembly module 'image' could not be loaded", "cannot read classpath:wasm/nope.wasm",
				"does not exist", "Its location is configured by the property 'wasm.modules.image.location'",
				"Action: Put the module there, or correct the property 'wasm.modules.image.location'");
	}

	@Test
	void anUnknownConvention() {
		failure(FailingApplications.Application.class, "wasm.modules.text.location=classpath:wasm/text.wasm",
				"wasm.modules.text.abi=pointer")
			.contains("The WebAssembly module 'text' is to follow the convention 'pointer', which is not known",
					"pointer-length", "Action: Correct the property 'wasm.modules.text.abi'");
	}

	@Test
	void aMissingFileInYamlWithItsLine() throws IOException {
		Path yaml = Files.writeString(this.folder.resolve("application.yml"), """
				wasm:
				  modules:
				    image:
				      location: file:nope.wasm
				""");
		failure(FailingApplications.Application.class, "spring.config.location=file:" + yaml)
			.contains("cannot read file:nope.wasm", "'wasm.modules.image.location'", "application.yml", "4:17");
	}

	@Test
	void aMissingFileOfAModuleWithCapitalsAndUnderscores() throws IOException {
		Path yaml = Files.writeString(this.folder.resolve("application.yml"), """
				wasm:
				  modules:
				    my_Image:
				      location: file:nope.wasm
				""");
		failure(FailingApplications.Application.class, "spring.config.location=file:" + yaml).contains(
				"The WebAssembly module 'my_Image'", "the property 'wasm.modules.my_Image.location' (",
				"application.yml] - 4:17");
	}

	@Test
	void aFolderInsteadOfAFile() {
		failure(FailingApplications.Application.class, "wasm.modules.image.location=file:" + this.folder).contains(
				"The WebAssembly module 'image' could not be loaded", "cannot read file:", "it is a folder",
				"correct the property 'wasm.modules.image.location'");
	}

	@Test
	void aTruncatedModule() throws IOException {
		byte[] whole = Fixtures.bytes("text");
		String location = file("cut.wasm", Arrays.copyOf(whole, whole.length / 2));
		failure(FailingApplications.Application.class, "wasm.modules.cut.location=" + location).contains(
				"The WebAssembly module 'cut' could not be loaded", "wasm.modules.cut.location",
				"Action: Check that the file at");
	}

	@Test
	void anEmptyFile() throws IOException {
		failure(FailingApplications.Application.class, "wasm.modules.empty.location=" + file("empty.wasm", new byte[0]))
			.contains("The WebAssembly module 'empty' could not be loaded",
					"Action: Check that the file at 'wasm.modules.empty.location' is a complete WebAssembly module");
	}

	@Test
	void anUnsupportedModule() {
		failure(FailingApplications.Application.class, "wasm.modules.simd.location=classpath:wasm/simd.wasm")
			.contains("The WebAssembly module 'simd' could not be loaded", "Action: Build the module without");
	}

	@Test
	void aModuleOverALimit() {
		failure(FailingApplications.Application.class, "wasm.modules.text.location=classpath:wasm/text.wasm",
				"wasm.modules.text.limits.memory=64KB")
			.contains("The WebAssembly module 'text' could not be loaded", "limits.memory",
					"raise 'wasm.modules.text.limits.memory'");
	}

	@Test
	void unresolvedImports() {
		failure(FailingApplications.Application.class, "wasm.modules.host.location=classpath:wasm/host_calls.wasm")
			.contains("env.add (i32, i32) -> i32", "env.now () -> i64",
					"Action: Define a bean of type dev.wasmsandbox.guest.HostFunction");
	}

	@Test
	void aStartFunctionThatTraps() {
		failure(FailingApplications.Application.class, "wasm.modules.bad.location=classpath:wasm/start_trap.wasm")
			.contains("The WebAssembly module 'bad' could not be loaded",
					"Action: Correct the module's start function");
	}

	@Test
	void aStartFunctionThatNeverEnds() {
		failure(FailingApplications.Application.class, "wasm.modules.bad.location=classpath:wasm/start_loop.wasm",
				"wasm.modules.bad.limits.call-timeout=50ms")
			.contains("The WebAssembly module 'bad' could not be loaded",
					"Action: Raise 'wasm.modules.bad.limits.call-timeout'");
	}

	@Test
	void anInvalidLimit() {
		failure(FailingApplications.Application.class, "wasm.modules.text.location=classpath:wasm/text.wasm",
				"wasm.modules.text.limits.memory=3GB")
			.contains("Invalid value '3GB' for configuration property 'wasm.modules.text.limits.memory'",
					"must be between 0 and 2147418112 bytes");
	}

	@Test
	void anUnknownProperty() {
		failure(FailingApplications.Application.class, "wasm.modules.text.location=classpath:wasm/text.wasm",
				"wasm.modules.text.limits.time=3s")
			.contains("Unknown property 'wasm.modules.text.limits.time'", "commandLineArgs",
					"Action: Correct the name or remove the property");
	}

	@Test
	void aModuleNamedLikeABeanOfTheApplication() {
		failure(FailingApplications.OwnImage.class, "wasm.modules.image.location=classpath:wasm/image.wasm").contains(
				"The WebAssembly module 'image', configured by 'wasm.modules.image.location'",
				"there is another bean named 'image': the method image() in", "FailingApplications$OwnImage",
				"Action: Rename the module (the last part of 'wasm.modules.image') or the other bean.");
	}

	@Test
	void aModuleNamedLikeABeanDoesNotReplaceItWhereOverridingIsAllowed() {
		failure(FailingApplications.OwnImage.class, "wasm.modules.image.location=classpath:wasm/image.wasm",
				"spring.main.allow-bean-definition-overriding=true")
			.contains("The WebAssembly module 'image'", "there is another bean named 'image'");
	}

	@Test
	void aModuleNamedLikeABeanOfALaterAutoConfiguration() {
		failure(FailingApplications.WithLater.class, "wasm.modules.image.location=classpath:wasm/image.wasm").contains(
				"The WebAssembly module 'image'", "there is another bean named 'image': defined in class path resource",
				"LaterAutoConfiguration.class");
	}

	@Test
	void aModuleNamedLikeABeanOfTheLibrary() {
		failure(FailingApplications.Application.class, "wasm.modules[wasmSandboxes].location=classpath:wasm/image.wasm")
			.contains("The WebAssembly module 'wasmSandboxes', configured by 'wasm.modules.wasmSandboxes.location' (",
					"there is another bean named 'wasmSandboxes'");
	}

	@Test
	void aLookUpOfAnUnknownModule() {
		failure(FailingApplications.LooksUp.class, "wasm.modules.image.location=classpath:wasm/image.wasm").contains(
				"A WebAssembly module named 'imgae' was asked for by the bean 'name', but none is loaded. "
						+ "Known modules: image.",
				"Action: Use one of the known names, or configure the module by setting the property "
						+ "'wasm.modules.imgae.location'");
	}

	@Test
	void anInjectionOfAnUnknownModuleByItsAnnotation() {
		failure(FailingApplications.InjectsByAnnotation.class, "wasm.modules.image.location=classpath:wasm/image.wasm",
				"wasm.modules.text.location=classpath:wasm/text.wasm")
			.contains("Parameter 0 of method name in",
					"requires the WebAssembly module 'imgae', which does not exist. " + "Known modules: image, text.",
					"'wasm.modules.imgae.location'");
	}

	@Test
	void anInjectionOfAnUnknownModuleByQualifier() {
		failure(FailingApplications.InjectsByQualifier.class, "wasm.modules.image.location=classpath:wasm/image.wasm")
			.contains("requires the WebAssembly module 'imgae', which does not exist. Known modules: image.");
	}

	@Test
	void anInjectionWhereNoModuleIsConfigured() {
		failure(FailingApplications.InjectsTheOnlyOne.class).contains("Parameter 0 of method name in",
				"requires a WebAssembly module. No module is configured.",
				"Action: Configure the module by setting the property 'wasm.modules.<name>.location'.");
	}

}
