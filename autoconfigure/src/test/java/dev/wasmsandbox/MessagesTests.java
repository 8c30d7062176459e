package dev.wasmsandbox;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.ClientMismatchException;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.HostFunctionException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.UnknownModuleException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.module.ModuleSource;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What guests and callers put into messages: nothing of it forges a line of a log, steers
 * a terminal or fills a disk.
 */
class MessagesTests {

	/** As the text format writes a name with a line feed, an escape and a NUL. */
	private static final String FORGED = "a\\0aERROR root: fake\\1b[31m\\00";

	private static final String SHOWN = "a\\u000aERROR root: fake\\u001b[31m\\u0000";

	private static SandboxBuilder guest(String wat) {
		return WasmSandbox.builder().name("guest").source(Wat.assemble(wat));
	}

	private static WasmSandboxException failure(Runnable action) {
		WasmSandboxException failure = catchThrowableOfType(WasmSandboxException.class, action::run);
		String message = String.valueOf(failure.getMessage());
		assertThat(message.chars()).as(message).noneMatch(Character::isISOControl);
		return failure;
	}

	@Test
	void namesOfExportsAreShownInOneLine() {
		try (WasmSandbox sandbox = guest("(module (func (export \"" + FORGED + "\")))").build();
				SandboxSession session = sandbox.openSession()) {
			assertThat(failure(() -> sandbox.call("none", int.class))).isInstanceOf(GuestAbiException.class)
				.hasMessageEndingWith("there are " + SHOWN);
			assertThat(failure(() -> sandbox.call("none", String.class))).hasMessageContaining(SHOWN);
			assertThat(failure(() -> session.global("x\ny"))).hasMessageContaining("'x\\u000ay'");
			assertThat(failure(() -> sandbox.call("mine\u001b\u2028", int.class)))
				.hasMessageContaining("function 'mine\\u001b\\u2028'")
				.satisfies((ex) -> assertThat(ex.functionName()).isEqualTo("mine\u001b\u2028"));
		}
	}

	@Test
	void namesOfImportsAreShownInOneLineToo() {
		String wat = "(module (import \"env\" \"" + FORGED + "\" (func)) (import \"env\" \"" + FORGED
				+ "\" (global i32)))";
		assertThat(failure(() -> guest(wat).build())).isInstanceOf(ModuleRejectedException.class)
			.hasMessageContaining("env." + SHOWN + " () -> ()");
		HostFunction other = HostFunction.of("env", "a\nERROR root: fake\u001b[31m\0", "() -> ()", (_, _) -> null);
		assertThat(failure(() -> guest(wat).hostFunction(other).global("env", "x\n", 1).build()))
			.hasMessageContaining("env." + SHOWN + " i32");
	}

	@Test
	void whatAGuestSaysOfItselfIsShownInOneLine() {
		HostFunction says = HostFunction.of("env", "says", "() -> ()", (context, _) -> {
			throw context.trap("over\nERROR root: fake");
		});
		HostFunction throwing = HostFunction.of("env", "says", "() -> ()", (_, _) -> {
			throw new IllegalArgumentException("not\nthis " + "x".repeat(50_000));
		});
		String wat = "(module (import \"env\" \"says\" (func $says)) (func (export \"go\") call $says))";
		try (WasmSandbox sandbox = guest(wat).hostFunction(says).build();
				WasmSandbox other = guest(wat).hostFunction(throwing).build()) {
			assertThat(failure(() -> sandbox.call("go", void.class))).isInstanceOf(SandboxTrapException.class)
				.hasMessageEndingWith("over\\u000aERROR root: fake");
			assertThat(failure(() -> other.call("go", void.class))).isInstanceOf(HostFunctionException.class)
				.hasMessageContaining("not\\u000athis")
				.satisfies((ex) -> assertThat(String.valueOf(ex.getMessage())).hasSizeLessThan(3_000));
		}
	}

	@Test
	void messagesAreShortHoweverManyAndLongTheNamesAre() {
		StringBuilder wat = new StringBuilder("(module");
		for (int i = 0; i < 300; i++) {
			wat.append(" (func (export \"").append(i).append("x".repeat(5_000)).append("\"))");
		}
		try (WasmSandbox sandbox = guest(wat.append(')').toString()).build()) {
			assertThat(failure(() -> sandbox.call("none", int.class))).hasMessageEndingWith(" and 280 more")
				.satisfies((ex) -> assertThat(String.valueOf(ex.getMessage())).hasSizeLessThan(6_000));
			assertThat(failure(() -> sandbox.call("\0".repeat(100_000), int.class)))
				.satisfies((ex) -> assertThat(String.valueOf(ex.getMessage())).hasSizeLessThan(6_000));
		}
		String imports = wat.toString().replace("(func (export ", "(import \"env\" ").replace("\"))", "\" (func))");
		assertThat(failure(() -> guest(imports).build())).hasMessageContaining(" and 280 more")
			.satisfies((ex) -> assertThat(String.valueOf(ex.getMessage())).hasSizeLessThan(10_000));
	}

	/** A client with a name that a module has, too. */
	interface Forged {

		void aERRORrootfake31m();

	}

	@Test
	void theLinesOfAClientThatDoesNotFitAreTheLibrarysOwn() {
		try (WasmSandbox sandbox = guest("(module (func (export \"" + FORGED + "\")))").build();
				WasmSandboxes none = WasmSandboxes.builder().build()) {
			ClientMismatchException failure = catchThrowableOfType(ClientMismatchException.class,
					() -> sandbox.as(Forged.class));
			assertThat(String.valueOf(failure.getMessage()).lines()).hasSize(2);
			assertThat(failure.problems()).singleElement()
				.asString()
				.contains("did you mean @WasmExport(\"" + SHOWN + "\")")
				.doesNotContain("\n", "\u001b");
			assertThat(failure(() -> none.get("a\nb"))).isInstanceOf(UnknownModuleException.class)
				.hasMessageContaining("'a\\u000ab'");
			assertThat(failure(() -> none.load(ModuleDefinition.named("x")
				.source(ModuleSource.of("a\nb", () -> new java.io.ByteArrayInputStream(new byte[0])))
				.build()))).isInstanceOf(ModuleRejectedException.class);
		}
	}

}
