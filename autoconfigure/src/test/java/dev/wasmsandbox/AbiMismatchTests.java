package dev.wasmsandbox;

import java.util.List;
import java.util.Map;

import dev.wasmsandbox.abi.AbiChoice;
import dev.wasmsandbox.abi.AbiFunction;
import dev.wasmsandbox.abi.CallShape;
import dev.wasmsandbox.abi.ExtismSettings;
import dev.wasmsandbox.abi.GuestAbi;
import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.AbiMismatchException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.module.ModuleSource;
import dev.wasmsandbox.screen.ModuleReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** A convention that is set by hand is one that the module can follow. */
class AbiMismatchTests {

	private static final byte[] NOTHING_TO_CALL = Wat.assemble("""
			(module (memory (export "memory") 1)
			  (func (export "_initialize"))
			  (func (export "__new") (param i32) (result i32) (local.get 0))
			  (func (export "__guest_call") (param i32) (result i32) (local.get 0))
			  (func (export "_start") (param i32)))
			""");

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			simple_module | wapc                  | the function __guest_call (i32, i32) -> i32 | numeric
			text          | wapc                  | the function __guest_call (i32, i32) -> i32 | pointer-length
			simple_module | extism                | a function () -> i32 or () -> ()            | numeric
			text          | assemblyscript        | the global __rtti_base i32                  | pointer-length
			abi_c         | assemblyscript-static | the function __unpin (i32) -> ()            | pointer-length
			simple_module | assemblyscript        | asc exports with --exportRuntime            | numeric
			simple_module | pointer-length        | a memory                                    | numeric
			abi_as        | wasi-command          | the function _start () -> ()                | assemblyscript
			""")
	void aModuleThatCannotFollowItIsRefused(String fixture, String abi, String missing, String recognised) {
		assertThatExceptionOfType(AbiMismatchException.class).isThrownBy(TestModules.builder(fixture).abi(abi)::build)
			.withMessageContaining("Module '" + fixture + "': it is to follow the convention '" + abi + "', but lacks ")
			.withMessageContaining(missing)
			.withMessageContaining(
					"leave wasm.modules." + fixture + ".abi out, by which it is taken for '" + recognised + "'")
			.satisfies((ex) -> {
				assertThat(ex.moduleName()).isEqualTo(fixture);
				assertThat(ex.abi()).isEqualTo(abi);
				assertThat(ex.missing()).anyMatch((item) -> item.contains(missing));
				assertThat(ex.reason()).isEqualTo(Reason.UNFIT_FOR_ABI);
				assertThat(ex.property()).contains("abi");
			});
	}

	@Test
	void whatHasTheNameButNotTheSignatureIsShownAsItIs() {
		Map.of("wapc", "the function __guest_call (i32, i32) -> i32 (which it exports as (i32) -> i32)",
				"assemblyscript", "the function __new (i32, i32) -> i32 (which it exports as (i32) -> i32)",
				"wasi-command", "the function _start () -> () (which it exports as (i32) -> ())", "extism",
				"a function () -> i32 or () -> ()")
			.forEach((abi, missing) -> assertThatExceptionOfType(AbiMismatchException.class)
				.isThrownBy(WasmSandbox.builder().source(NOTHING_TO_CALL).abi(abi)::build)
				.withMessageContaining(missing));
	}

	@Test
	void allThatIsMissingIsNamedAtOnce() {
		assertThatExceptionOfType(AbiMismatchException.class)
			.isThrownBy(TestModules.builder("simple_module").abi("assemblyscript")::build)
			.satisfies((ex) -> assertThat(ex.missing()).hasSize(5))
			.withMessageContainingAll("__new", "__pin", "__unpin", "__rtti_base", "a memory");
	}

	@Test
	void whatHasAllOfItIsLoaded() {
		for (String[] fits : new String[][] { { "abi_as", "assemblyscript" }, { "abi_as", "assemblyscript-static" },
				{ "text", "pointer-length" }, { "memory_test", "pointer-length" }, { "simple_module", "numeric" },
				{ "extism_c", "extism" }, { "wapc_c", "wapc" } }) {
			try (WasmSandbox sandbox = TestModules.builder(fits[0]).abi(fits[1]).build()) {
				assertThat(sandbox.info().abi()).isEqualTo(fits[1]);
			}
		}
	}

	@Test
	void aConventionOfOnesOwnSaysWhatItNeeds() {
		GuestAbi picky = new GuestAbi() {

			@Override
			public String name() {
				return "picky";
			}

			@Override
			public boolean recognises(ModuleReport module) {
				return false;
			}

			@Override
			public List<String> missing(ModuleReport module) {
				return List.of("the function exactly_this");
			}

			@Override
			public AbiFunction bind(String moduleName, ModuleReport module, String function, CallShape shape) {
				throw new AssertionError("nothing is called");
			}

		};
		assertThatExceptionOfType(AbiMismatchException.class).isThrownBy(TestModules.builder("text").abi(picky)::build)
			.withMessageContaining("'picky', but lacks the function exactly_this");
	}

	@Test
	void aNewVersionThatCannotFollowItLeavesTheFormerOneInService() {
		try (WasmSandboxes all = WasmSandboxes.builder().build()) {
			WasmSandbox sandbox = all.load(ModuleDefinition.named("m")
				.source(ModuleSource.of(Wat.assemble("(module (memory 1) (func (export \"f\")))")))
				.abi(AbiChoice.named("pointer-length"))
				.build());
			assertThatExceptionOfType(AbiMismatchException.class)
				.isThrownBy(() -> all.reload("m", ModuleSource.of(Wat.assemble("(module (func (export \"f\")))"))));
			assertThat(sandbox.info().reloads()).isZero();
			sandbox.call("f", void.class);
		}
	}

	@Test
	void settingsOfPluginsOnOtherModulesAreRefusedForWhatTheyAre() {
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(TestModules.builder("text").extism(new ExtismSettings(Map.of("key", "value")))::build)
			.withMessageContaining("follows the convention 'pointer-length'")
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.UNFIT_FOR_ABI))
			.satisfies((ex) -> assertThat(ex.property()).contains("extism"));
	}

}
