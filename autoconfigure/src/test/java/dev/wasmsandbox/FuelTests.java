package dev.wasmsandbox;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.guest.HostFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** The limit on work: it counts the same each time, stops what takes more, and is off. */
class FuelTests {

	private static final long LIMIT = 100_000;

	private static final String BODY = """
			(func $loop (export "loop") (param i32) (result i32)
			  loop
			    local.get 0 i32.const 1 i32.sub local.tee 0
			    br_if 0
			  end
			  i32.const 7)
			(func $down (export "recurse") (param i32) (result i32)
			  local.get 0 i32.eqz if (result i32) i32.const 0
			  else local.get 0 i32.const 1 i32.sub call $down i32.const 1 i32.add end)
			(func (export "forever") (result i32) loop br 0 end i32.const 0)
			""";

	private static final String BULK = """
			(func (export "fill") (param i32) i32.const 0 i32.const 1 local.get 0 memory.fill)
			(func (export "copy") (param i32) i32.const 64 i32.const 0 local.get 0 memory.copy)
			(func (export "entries") (param i32) i32.const 0 ref.null func local.get 0 table.fill 0)
			""";

	private static SandboxBuilder builder(String module) {
		return WasmSandbox.builder().name("fuel").source(Wat.assemble(module)).fuel(LIMIT);
	}

	private static WasmSandbox sandbox() {
		return builder("(module (memory 20) (table 10000 funcref) " + BODY + BULK + ")").build();
	}

	@ParameterizedTest
	@ValueSource(strings = { "(module (memory 1)", "(module" })
	void theSameWorkIsTheSameNumberBeforeAndAfterItIsCompiled(String kind) {
		try (WasmSandbox sandbox = builder(kind + BODY + ")").build()) {
			MeteredResult<Integer> first = sandbox.callMetered("loop", int.class, 1_000);
			assertThat(first.result()).isEqualTo(7);
			assertThat(first.fuel()).isEqualTo(999);
			long recursion = sandbox.callMetered("recurse", int.class, 50).fuel();
			assertThat(recursion).isEqualTo(50);
			for (int i = 0; i < 20_000; i++) {
				assertThat(sandbox.callMetered("loop", int.class, 1_000)).isEqualTo(first);
				assertThat(sandbox.callMetered("recurse", int.class, 50).fuel()).isEqualTo(recursion);
			}
		}
	}

	@Test
	void whatTakesMoreIsStoppedAndTheNextCallHasItAllAgain() {
		try (WasmSandbox sandbox = sandbox()) {
			assertThat(sandbox.callMetered("loop", int.class, (int) LIMIT + 1).fuel()).isEqualTo(LIMIT);
			for (String function : new String[] { "loop", "forever" }) {
				Object[] arguments = function.equals("loop") ? new Object[] { (int) LIMIT + 2 } : new Object[0];
				assertThatExceptionOfType(SandboxLimitException.class)
					.isThrownBy(() -> sandbox.call(function, int.class, arguments))
					.withMessageContaining("limits.fuel")
					.satisfies((ex) -> {
						assertThat(ex.limit()).isEqualTo("limits.fuel");
						assertThat(ex.value()).isEqualTo(LIMIT);
						assertThat(ex.moduleName()).isEqualTo("fuel");
						assertThat(ex.functionName()).isEqualTo(function);
					});
			}
			assertThat(sandbox.call("loop", int.class, (int) LIMIT)).isEqualTo(7);
		}
	}

	@Test
	void bulkInstructionsCountByTheirLength() {
		try (WasmSandbox sandbox = sandbox()) {
			assertThat(sandbox.callMetered("fill", void.class, 1_280).fuel()).isEqualTo(10);
			assertThat(sandbox.callMetered("fill", void.class, 1 << 20).fuel()).isEqualTo(8_192);
			assertThat(sandbox.callMetered("copy", void.class, (1 << 20) + 1_280).fuel()).isEqualTo(8_202);
			assertThat(sandbox.callMetered("entries", void.class, 10_000).fuel()).isEqualTo(2_500);
		}
		try (WasmSandbox little = builder("(module (memory 20) (table 10000 funcref) " + BODY + BULK + ")").fuel(100)
			.build()) {
			for (String function : new String[] { "fill", "copy", "entries" }) {
				assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(
						() -> little.call(function, void.class, 10_000 << (function.equals("entries") ? 0 : 4)));
			}
		}
	}

	@Test
	void callsOfASessionHaveItEachAndCallsBackShareIt() {
		HostFunction back = HostFunction.of("env", "back", "() -> ()", (context, arguments) -> {
			context.call("loop", 500);
			return null;
		});
		String module = "(module (import \"env\" \"back\" (func $back)) (memory 1) " + BODY
				+ "(func (export \"around\") call $back call $back))";
		try (WasmSandbox sandbox = builder(module).hostFunction(back).build();
				SandboxSession session = sandbox.openSession()) {
			session.call("around", void.class);
			assertThat(session.fuelUsed()).isEqualTo(2 * 499 + 2);
			session.call("loop", int.class, 2);
			assertThat(session.fuelUsed()).isEqualTo(1);
		}
	}

	@Test
	void withoutALimitNothingIsCountedAndNothingIsSaid() {
		byte[] module = Wat.assemble("(module (memory 1)" + BODY + ")");
		try (WasmSandbox sandbox = WasmSandbox.builder().name("free").source(module).build()) {
			assertThat(sandbox.call("loop", int.class, 10_000_000)).isEqualTo(7);
			assertThatIllegalStateException().isThrownBy(() -> sandbox.callMetered("loop", int.class, 1))
				.withMessageContaining("limits.fuel");
		}
		assertThatIllegalArgumentException().isThrownBy(() -> WasmSandbox.builder().fuel(-1));
	}

}
