package dev.wasmsandbox.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.wasmsandbox.engine.Wat;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A failed start names the property that is to be changed, its value and what to do. */
@ExtendWith(OutputCaptureExtension.class)
class FailureActionTests {

	private static final String STATE = "wasm.modules.state.location=classpath:wasm/state.wasm";

	private static final String SNAPSHOT = "wasm.modules.state.snapshot=after-warm-up";

	private static final String WARM_UP = "wasm.modules.state.warm-up[0].";

	private static final String TOOL = "wasm.modules.tool.location=classpath:wasm/wasi_command.wasm";

	@TempDir
	Path folder;

	private final CapturedOutput output;

	FailureActionTests(CapturedOutput output) {
		this.output = output;
	}

	private AbstractStringAssert<?> failure(String... properties) {
		return FailingApplications.failure(this.output, FailingApplications.Application.class, properties);
	}

	private String module(String text) throws IOException {
		return "wasm.modules.own.location=file:" + Files.write(this.folder.resolve("own.wasm"), Wat.assemble(text));
	}

	@Test
	void tooLittleMemoryForAnImage() throws IOException {
		failure(module("(module (memory 16) (data (i32.const 0) \"%s\"))".formatted("x".repeat(70_000))),
				"wasm.limits.total-memory=64KB")
			.contains("The WebAssembly module 'own' could not be loaded",
					"wasm.limits.total-memory of 65536 bytes is used up", "Action: Raise 'wasm.limits.total-memory'");
	}

	@Test
	void aWarmUpCallOfNothing() {
		failure(STATE, SNAPSHOT, WARM_UP + "function=nothing", WARM_UP + "arguments=1").contains(
				"The WebAssembly module 'state' could not be loaded",
				"the warm-up call of 'nothing' with the arguments [1]", "no such function is exported; there are",
				"Action: Correct 'wasm.modules.state.warm-up[0].function'");
	}

	@Test
	void aWarmUpCallWithWrongArguments() {
		failure(STATE, SNAPSHOT, WARM_UP + "function=increment", WARM_UP + "arguments=1,2").contains(
				"the warm-up call of 'increment' with the arguments [1, 2]", "it takes 0 arguments",
				"Action: Correct 'wasm.modules.state.warm-up[0].arguments'");
	}

	@Test
	void aWarmUpCallWithANumberThatIsTooLarge() throws IOException {
		String module = module("(module (func (export \"f\") (param f32)))");
		failure(module, "wasm.modules.own.snapshot=after-warm-up", "wasm.modules.own.warm-up[0].function=f",
				"wasm.modules.own.warm-up[0].arguments=1e39")
			.contains("is beyond what f32 can hold", "Action: Correct 'wasm.modules.own.warm-up[0].arguments'");
		failure(module, "wasm.modules.own.snapshot=after-warm-up", "wasm.modules.own.warm-up[0].function=f",
				"wasm.modules.own.warm-up[0].arguments=1e999")
			.contains("1e999", "is beyond what", "wasm.modules.own.warm-up[0].arguments");
		failure(module, "wasm.modules.own.snapshot=after-warm-up", "wasm.modules.own.warm-up[0].function=f",
				"wasm.modules.own.warm-up[0].arguments=abc")
			.contains("'abc'", "is no number", "wasm.modules.own.warm-up[0].arguments");
	}

	@Test
	void aWarmUpCallThatTraps() throws IOException {
		failure("wasm.modules.bad.location=classpath:wasm/traps.wasm", "wasm.modules.bad.snapshot=after-warm-up",
				"wasm.modules.bad.warm-up[0].function=ok", "wasm.modules.bad.warm-up[1].function=unreachable")
			.contains("The WebAssembly module 'bad' could not be loaded", "a warm-up call failed", "'unreachable'",
					"Action: Correct 'wasm.modules.bad.warm-up[1]'");
	}

	@Test
	void aWarmUpCallThatNeverEnds() {
		failure("wasm.modules.bad.location=classpath:wasm/traps.wasm", "wasm.modules.bad.snapshot=after-warm-up",
				"wasm.modules.bad.warm-up[0].function=loop_forever", "wasm.modules.bad.limits.call-timeout=50ms")
			.contains("a warm-up call failed", "limits.call-timeout of 50 ms",
					"Action: Raise 'wasm.modules.bad.limits.call-timeout' if that needs longer",
					"Correct 'wasm.modules.bad.warm-up[0]'");
	}

	@Test
	void aWarmUpCallThatTakesTooMuchFuel() {
		failure("wasm.modules.bad.location=classpath:wasm/traps.wasm", "wasm.modules.bad.snapshot=after-warm-up",
				"wasm.modules.bad.warm-up[0].function=loop_forever", "wasm.modules.bad.limits.fuel=1000")
			.contains("Action: Raise 'wasm.modules.bad.limits.fuel'", "Correct 'wasm.modules.bad.warm-up[0]'");
	}

	@Test
	void aValueForAGlobalThatIsNotImported() {
		failure(STATE, "wasm.modules.state.globals[env.x]=1").contains("for a global env.x, which it does not import",
				"Action: Correct 'wasm.modules.state.globals'");
	}

	@Test
	void aDirectoryThatIsNotThere() {
		failure(TOOL, "wasm.modules.tool.wasi.enabled=true", "wasm.modules.tool.wasi.directories[0].guest-path=/tmp",
				"wasm.modules.tool.wasi.directories[1].guest-path=/data",
				"wasm.modules.tool.wasi.directories[1].host-path=" + this.folder.resolve("nope"))
			.contains("cannot be granted to it as /data",
					"or correct the property 'wasm.modules.tool.wasi.directories[1].host-path'.")
			.doesNotContain("Put the module there");
	}

	@Test
	void aDirectoryThatIsWrong() {
		failure(TOOL, "wasm.modules.tool.wasi.enabled=true", "wasm.modules.tool.wasi.directories[0].size=1MB")
			.contains("'wasm.modules.tool.wasi.directories[0].guest-path'", "for example /data")
			.doesNotContain("Directory[");
		failure(TOOL, "wasm.modules.tool.wasi.enabled=true", "wasm.modules.tool.wasi.directories[0].guest-path=/d",
				"wasm.modules.tool.wasi.directories[0].size=2GB")
			.contains("'/d'", "'wasm.modules.tool.wasi.directories[0]'", "must be between 0 and 1073741824")
			.doesNotContain("Directory[");
		failure(TOOL, "wasm.modules.tool.wasi.enabled=true", "wasm.modules.tool.wasi.limits.descriptors=3",
				"wasm.modules.tool.wasi.directories[0].guest-path=/d")
			.contains("'wasm.modules.tool.wasi.limits.descriptors'", "need more than 3 descriptors")
			.doesNotContain("Directory[");
	}

	@Test
	void anInputThatIsAFolder() {
		failure(TOOL, "wasm.modules.tool.wasi.enabled=true", "wasm.modules.tool.wasi.stdin=file:" + this.folder)
			.contains("'wasm.modules.tool.wasi.stdin'", "it is a folder");
	}

	@Test
	void wasiWithoutBeingEnabled() {
		failure(TOOL).contains("wasi_snapshot_preview1",
				"Action: Set 'wasm.modules.tool.wasi.enabled' to true, which by itself grants the module nothing");
	}

	@Test
	void compilingThatTakesTooLong() {
		failure(STATE, "wasm.compile.timeout=1ns").contains("not compiled within wasm.compile.timeout",
				"Action: Raise 'wasm.compile.timeout'");
	}

	@Test
	void moreToCompileThanFits() {
		failure(STATE, "wasm.compile.max-bytes-in-flight=10B").contains("wasm.compile.max-bytes-in-flight allows 10",
				"Action: Raise 'wasm.compile.max-bytes-in-flight'");
	}

	@Test
	void anUnknownLimit() {
		failure(STATE, "wasm.modules.state.limits.module.functoins=3")
			.contains("'wasm.modules.state.limits.module.functoins'", "functions, ")
			.doesNotContain("state.location'");
		failure(STATE, "wasm.defaults.limits.module.functoins=3").contains("'wasm.defaults.limits.module.functoins'",
				"functions, ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "wasm.modules.state.limits.memory=", "wasm.modules.state.limits.module.functions=" })
	void anEmptyValue(String property) {
		failure(STATE, property).contains("'" + property.substring(0, property.length() - 1) + "'", "empty")
			.doesNotContain("Unknown property");
	}

	@Test
	void aBlankCapability() {
		failure(STATE, "wasm.modules.state.capabilities=http,,").contains("'wasm.modules.state.capabilities'", "blank");
	}

	@Test
	void aConventionThatTheModuleCannotFollow() {
		failure("wasm.modules.text.location=classpath:wasm/text.wasm", "wasm.modules.text.abi=wapc").contains(
				"The WebAssembly module 'text' could not be loaded",
				"it is to follow the convention 'wapc', but lacks the function __guest_call (i32, i32) -> i32",
				"by which it is taken for 'pointer-length'",
				"Action: Remove the property 'wasm.modules.text.abi' or correct it; or point "
						+ "'wasm.modules.text.location' to a build that exports what is missing.");
	}

	@Test
	void settingsOfPluginsForWhatIsNone() {
		failure("wasm.modules.text.location=classpath:wasm/text.wasm", "wasm.modules.text.extism.config.key=value")
			.contains("The WebAssembly module 'text' could not be loaded", "follows the convention 'pointer-length'",
					"Action: Remove 'wasm.modules.text.extism', which is for Extism plug-ins only",
					"set 'wasm.modules.text.abi' to extism")
			.doesNotContain("feature");
	}

	@Test
	void aFeatureThatIsNotAllowed() throws IOException {
		failure(module("(module (memory 1) (func (export \"f\") i32.const 0 i32.const 0 i32.const 1 memory.fill))"),
				"wasm.modules.own.features=multi-value")
			.contains("features does not allow bulk-memory",
					"Action: Add the feature that is named above to 'wasm.modules.own.features' if the module may use "
							+ "it; or build the module without it");
	}

	@Test
	void aSnapshotThatCannotBeTaken() {
		failure("wasm.modules.grows.location=classpath:wasm/hideaway_table_grow.wasm",
				"wasm.modules.grows.snapshot=after-start")
			.contains("no snapshot can be taken of it", "Action: Set 'wasm.modules.grows.snapshot' to none.")
			.doesNotContain("feature");
	}

	@Test
	void olderExceptions() throws IOException {
		byte[] binary = Wat.assemble("(module (func (export \"f\") nop nop nop nop))");
		for (int opcode : new int[] { 0x06, 0x07, 0x09, 0x18, 0x19 }) {
			byte[] changed = binary.clone();
			changed[changed.length - 5] = (byte) opcode;
			Path file = Files.write(this.folder.resolve("old.wasm"), changed);
			failure("wasm.modules.old.location=file:" + file).contains("uses the older exception instructions (try",
					"Action: Build the module without");
		}
	}

}
