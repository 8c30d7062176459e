package dev.wasmsandbox.engine;

import java.time.Duration;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A guest with more memory accesses than HotSpot keeps call sites of one class apart. It
 * is run twice, because the first time each call site is still linked when it is reached.
 */
class ManyCallSitesTests {

	private static final int FUNCTIONS = 800;

	private static final int ACCESSES = 100;

	@Test
	void accessesBeyondWhatHotSpotKeepsApartReachTheirOwnTarget() {
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.source(Wat.assemble(module()))
			.callTimeout(Duration.ofSeconds(60))
			.build(); SandboxSession session = sandbox.openSession()) {
			int expected = FUNCTIONS * ACCESSES + FUNCTIONS * (FUNCTIONS - 1) / 2;
			assertThat(session.call("all", int.class)).isEqualTo(expected);
			assertThat(session.call("all", int.class)).isEqualTo(expected);
		}
	}

	/** Every second function reads 64 bits, so that call sites differ in their types. */
	private static String module() {
		StringBuilder text = new StringBuilder("(module (memory 1) (data (i32.const 0) \"");
		text.append("\\01\\00\\00\\00\\00\\00\\00\\00".repeat(ACCESSES)).append("\")\n");
		for (int i = 0; i < FUNCTIONS; i++) {
			String load = (i % 2 == 0) ? "i32.load offset=%d " : "i64.load offset=%d i32.wrap_i64 ";
			text.append("(func $f").append(i).append(" (param $at i32) (result i32) (local $sum i32)\n");
			text.append("(loop $again local.get $sum\n");
			for (int access = 0; access < ACCESSES; access++) {
				text.append("local.get $at ").append(load.formatted(8 * access)).append("i32.add\n");
			}
			text.append("local.set $sum local.get $at br_if $again) local.get $sum i32.const ").append(i);
			text.append(" i32.add)\n");
		}
		text.append("(func (export \"all\") (result i32) i32.const 0\n");
		for (int i = 0; i < FUNCTIONS; i++) {
			text.append("i32.const 0 call $f").append(i).append(" i32.add\n");
		}
		return text.append("))").toString();
	}

}
