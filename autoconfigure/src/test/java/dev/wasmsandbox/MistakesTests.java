package dev.wasmsandbox;

import java.io.ByteArrayInputStream;
import java.util.Map;

import dev.wasmsandbox.abi.LargeData;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.memory.ZeroCopyBuffer;
import dev.wasmsandbox.module.ModuleSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/** What the program around sandboxes does wrong: refused, with the parameter's name. */
@SuppressWarnings({ "NullAway", "DataFlowIssue" }) // that is what programs do
class MistakesTests {

	@SuppressWarnings({ "NullAway", "TypeParameterUnusedInFormals" })
	private static <T> T none() {
		return null;
	}

	@Test
	void nullIsRefusedByTheNameOfTheParameter() {
		try (WasmSandbox sandbox = TestModules.builder("values").build();
				SandboxSession session = sandbox.openSession();
				WasmSandboxes all = WasmSandboxes.builder().build()) {
			WasmFunction add = session.export(sandbox.info().report().exportedFunctions().getFirst().name());
			Map<String, ThrowingCallable[]> mistakes = Map.ofEntries(
					of("function", () -> sandbox.call(none(), int.class, 1), () -> session.call(none(), int.class, 1),
							() -> sandbox.export(none()), () -> session.export(none()),
							() -> sandbox.callAsync(none(), int.class),
							() -> sandbox.callWithLargeData(none(), int[].class, (_) -> 1, 1)),
					of("resultType", () -> sandbox.call("f", none(), "x"), () -> session.call("f", none(), "x"),
							() -> sandbox.callAsync("f", none(), "x"), () -> add.call(none())),
					of("arguments", () -> sandbox.call("f", String.class, (Object[]) none()),
							() -> session.call("f", int.class, (Object[]) none()),
							() -> sandbox.callWithLargeData("f", String.class, (Object[]) none()),
							() -> add.call(int.class, (Object[]) none()), () -> add.callRaw((long[]) none())),
					of("client", () -> sandbox.as(none()), () -> session.as(none())),
					of("tenant", () -> sandbox.forTenant(none())),
					of("options", () -> sandbox.openSession((SessionOptions) none())),
					of("label", () -> SessionOptions.defaults().instanceId(none())),
					of("name", () -> all.get(none()), () -> all.find(none()), () -> all.unload(none()),
							() -> all.reload(none()),
							() -> ModuleDefinition.named(none()).source(TestModules.source("values")).build(),
							() -> session.global(none())),
					of("definition", () -> all.load(none())), of("opener", () -> ModuleSource.of("a stream", none())));
			mistakes.forEach((parameter, calls) -> {
				for (ThrowingCallable call : calls) {
					assertThatNullPointerException().isThrownBy(call).withMessage(parameter);
				}
			});
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> sandbox.call("f", String.class, 1, none()));
			assertThat(sandbox.statistics().pool().leased()).isEqualTo(1);
		}
	}

	private static Map.Entry<String, ThrowingCallable[]> of(String parameter, ThrowingCallable... calls) {
		return Map.entry(parameter, calls);
	}

	@Test
	void aReloadFromNowhereIsNotOneFromTheModulesOwnSource() {
		try (WasmSandboxes all = WasmSandboxes.builder().build()) {
			WasmSandbox sandbox = all
				.load(ModuleDefinition.named("values").source(TestModules.source("values")).build());
			assertThatNullPointerException().isThrownBy(() -> all.reload("values", none())).withMessage("source");
			assertThat(sandbox.info().reloads()).isZero();
		}
	}

	@Test
	void aSourceThatThrowsOrGivesNothingIsUnreadable() {
		ModuleSource throwing = ModuleSource.of("a stream", () -> {
			throw new IllegalStateException("the shop is closed");
		});
		ModuleSource nothing = ModuleSource.of("a stream", MistakesTests::<ByteArrayInputStream>none);
		try (WasmSandboxes all = WasmSandboxes.builder().build()) {
			all.load(ModuleDefinition.named("values").source(TestModules.source("values")).build());
			assertThatExceptionOfType(ModuleRejectedException.class).isThrownBy(() -> all.reload("values", throwing))
				.withMessageContaining("cannot read a stream: it threw java.lang.IllegalStateException: the shop is")
				.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.UNREADABLE))
				.withCauseInstanceOf(IllegalStateException.class);
			assertThatExceptionOfType(ModuleRejectedException.class).isThrownBy(() -> all.reload("values", nothing))
				.withMessageContaining("its opener gave no stream");
			assertThat(all.get("values").info().reloads()).isZero();
		}
	}

	@Test
	void whatCanNeverBeMeantIsAnIllegalArgument() {
		try (WasmSandbox sandbox = TestModules.builder("values").build();
				ZeroCopyBuffer nine = ZeroCopyBuffer.allocate(9)) {
			assertThatIllegalArgumentException().isThrownBy(() -> sandbox.as(String.class))
				.withMessageContaining("java.lang.String");
			assertThatIllegalArgumentException().isThrownBy(() -> sandbox.forTenant(""));
			assertThatIllegalArgumentException().isThrownBy(() -> ZeroCopyBuffer.allocate(-1));
			assertThatIllegalArgumentException().isThrownBy(() -> LargeData.doubles(nine)).withMessageContaining("9");
		}
	}

}
