package dev.wasmsandbox.engine;

import java.util.LinkedHashMap;
import java.util.Map;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.TrapKind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Every load and store of a real guest, at every boundary of its memory. */
class GuestBoundsTests {

	private static final long END = 65_536;

	private static final Map<String, Integer> LOADS = widths("i32.load8_s", 1, "i32.load8_u", 1, "i32.load16_s", 2,
			"i32.load16_u", 2, "i32.load", 4, "i64.load8_s", 1, "i64.load8_u", 1, "i64.load16_s", 2, "i64.load16_u", 2,
			"i64.load32_s", 4, "i64.load32_u", 4, "i64.load", 8, "f32.load", 4, "f64.load", 8);

	private static final Map<String, Integer> STORES = widths("i32.store8", 1, "i32.store16", 2, "i32.store", 4,
			"i64.store8", 1, "i64.store16", 2, "i64.store32", 4, "i64.store", 8, "f32.store", 4, "f64.store", 8);

	private static Map<String, Integer> widths(Object... pairs) {
		Map<String, Integer> widths = new LinkedHashMap<>();
		for (int i = 0; i < pairs.length; i += 2) {
			widths.put((String) pairs[i], (Integer) pairs[i + 1]);
		}
		return widths;
	}

	/**
	 * With a loop around each instruction, functions hold the memory's size themselves.
	 */
	private static String module(boolean loop) {
		StringBuilder text = new StringBuilder("(module (memory 1 2)\n");
		LOADS.keySet().forEach((load) -> text.append(function(load, load + " drop", loop)));
		STORES.keySet()
			.forEach((store) -> text
				.append(function(store, "%s.const 1 %s".formatted(store.substring(0, 3), store), loop)));
		LOADS.keySet().forEach((load) -> text.append(function(load + "+", load + " offset=4294967295 drop", loop)));
		return text.append(")").toString();
	}

	private static String function(String name, String access, boolean loop) {
		String body = "local.get 0 " + access;
		return "(func (export \"%s\") (param i32) %s)%n".formatted(name,
				loop ? "loop %s i32.const 0 br_if 0 end".formatted(body) : body);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void everyWidthTrapsExactlyBeyondTheEnd(boolean loop) {
		Map<String, Integer> all = new LinkedHashMap<>(LOADS);
		all.putAll(STORES);
		try (WasmSandbox sandbox = WasmSandbox.builder().name("bounds").source(Wat.assemble(module(loop))).build()) {
			all.forEach((instruction, width) -> {
				for (long at = END - 8; at <= END + 8; at++) {
					check(sandbox, instruction, at, at + width <= END);
				}
				check(sandbox, instruction, 0, true);
				for (long at : new long[] { 2 * END, 0x7fff_ffffL, 0x8000_0000L, 0xffff_0000L, 0xffff_fff8L,
						0xffff_ffffL }) {
					check(sandbox, instruction, at, false);
				}
			});
			for (String load : LOADS.keySet()) {
				for (long at : new long[] { 0, 1, END, 0xffff_ffffL }) {
					check(sandbox, load + "+", at, false);
				}
			}
		}
	}

	private static void check(WasmSandbox sandbox, String function, long address, boolean within) {
		if (within) {
			sandbox.call(function, void.class, (int) address);
			return;
		}
		assertThatExceptionOfType(SandboxTrapException.class).as("%s at %d", function, address)
			.isThrownBy(() -> sandbox.call(function, void.class, (int) address))
			.satisfies((trap) -> assertThat(trap.kind()).isEqualTo(TrapKind.MEMORY_OUT_OF_BOUNDS))
			.withMessageContaining("at address ")
			.withMessageContaining("but the memory has 65536 bytes");
	}

}
