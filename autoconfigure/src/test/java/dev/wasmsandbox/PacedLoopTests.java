package dev.wasmsandbox;

import java.time.Duration;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.module.ModuleCache;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Loops that ask only every so many turns whether they must stop: they make exactly the
 * turns they should, and end at the deadline also once HotSpot has compiled them. Each
 * function makes 2^64 turns where its argument is -1.
 */
@Timeout(120)
class PacedLoopTests {

	private static final Duration LIMIT = Duration.ofMillis(50);

	private static final Duration PATIENCE = Duration.ofHours(1);

	/** A loop's turns around those after which it asks, once as often, and none. */
	private static final int[] TURNS = { 1, 2, 15, 16, 17, 31, 32, 33, 999, 1000, 1001, 2000, 12_345 };

	private static final String LOOPS = """
			  (func (export "at-the-end") (param $n i64) (result i32) (local $sum i32)
			    loop
			      local.get $sum i32.const 3 i32.add local.set $sum
			      local.get $n i64.const 1 i64.sub local.tee $n i64.const 0 i64.ne br_if 0
			    end
			    local.get $sum)
			  (func (export "at-the-beginning") (param $n i64) (result i32) (local $sum i32)
			    block
			      loop
			        local.get $n i64.eqz br_if 1
			        local.get $sum i32.const 3 i32.add local.set $sum
			        local.get $n i64.const 1 i64.sub local.set $n
			        br 0
			      end
			    end
			    local.get $sum)
			  (func (export "two-ends") (param $n i64) (result i32) (local $sum i32)
			    loop
			      local.get $sum i32.const 3 i32.add local.set $sum
			      local.get $n i64.const 1 i64.sub local.set $n
			      local.get $n i64.const 1 i64.and i32.wrap_i64
			      if
			        local.get $n i64.const 0 i64.ne br_if 1
			      else
			        local.get $n i64.const 0 i64.ne br_if 1
			      end
			    end
			    local.get $sum)
			  (func (export "above-the-stack") (param $n i64) (result i32) (local $sum i32)
			    i32.const 7
			    loop
			      local.get $sum i32.const 3 i32.add local.set $sum
			      local.get $n i64.const 1 i64.sub local.tee $n i64.const 0 i64.ne br_if 0
			    end
			    local.get $sum i32.add i32.const 7 i32.sub)
			  (func (export "within-another") (param $n i64) (result i32) (local $sum i32) (local $i i32)
			    loop
			      i32.const 3 local.set $i
			      loop
			        local.get $sum i32.const 1 i32.add local.set $sum
			        local.get $i i32.const 1 i32.sub local.tee $i br_if 0
			      end
			      local.get $n i64.const 1 i64.sub local.tee $n i64.const 0 i64.ne br_if 0
			    end
			    local.get $sum)
			  (func (export "one-after-another") (param $n i64) (result i32) (local $sum i32) (local $i i64)
			    local.get $n local.set $i
			    loop
			      local.get $sum i32.const 1 i32.add local.set $sum
			      local.get $i i64.const 1 i64.sub local.tee $i i64.const 0 i64.ne br_if 0
			    end
			    loop
			      local.get $sum i32.const 2 i32.add local.set $sum
			      local.get $n i64.const 1 i64.sub local.tee $n i64.const 0 i64.ne br_if 0
			    end
			    local.get $sum)
			  (func (export "with-a-global") (param $n i64) (result i32)
			    i32.const 0 global.set 0
			    loop
			      global.get 0 i32.const 3 i32.add global.set 0
			      local.get $n i64.const 1 i64.sub local.tee $n i64.const 0 i64.ne br_if 0
			    end
			    global.get 0)
			  (func (export "with-the-host") (param $n i64) (result i32) (local $sum i32)
			    loop
			      local.get $sum call $three i32.add local.set $sum
			      local.get $n i64.const 1 i64.sub local.tee $n i64.const 0 i64.ne br_if 0
			    end
			    local.get $sum)
			  (func (export "with-the-host-and-another") (param $n i64) (result i32) (local $sum i32)
			    loop
			      call $own drop
			      local.get $sum call $three i32.add local.set $sum
			      local.get $n i64.const 1 i64.sub local.tee $n i64.const 0 i64.ne br_if 0
			    end
			    local.get $sum)
			  (func $own (result i32) i32.const 1)
			  (global (mut i32) (i32.const 0))
			""";

	private static final String IMPORT = "(module (import \"env\" \"three\" (func $three (result i32)))\n";

	private static final String WITH_MEMORY = IMPORT + LOOPS + """
			  (memory 1)
			  (func (export "with-memory") (param $n i64) (result i32)
			    i32.const 8 i32.const 0 i32.store
			    loop
			      i32.const 8 i32.const 8 i32.load i32.const 3 i32.add i32.store
			      local.get $n i64.const 1 i64.sub local.tee $n i64.const 0 i64.ne br_if 0
			    end
			    i32.const 8 i32.load))
			""";

	private static SandboxBuilder builder(String module, ModuleCache cache) {
		return WasmSandbox.builder()
			.source(Wat.assemble(module))
			.moduleCache(cache)
			.hostFunction(HostFunction.of("env", "three", "() -> i32", (context, arguments) -> new long[] { 3 }));
	}

	@ParameterizedTest
	@ValueSource(strings = { "at-the-end", "at-the-beginning", "two-ends", "above-the-stack", "within-another",
			"one-after-another", "with-a-global", "with-the-host", "with-the-host-and-another", "with-memory" })
	void aLoopMakesItsTurnsAndEndsAtTheDeadline(String function) {
		test(WITH_MEMORY, function);
	}

	@ParameterizedTest
	@ValueSource(strings = { "at-the-end", "at-the-beginning", "two-ends", "within-another", "with-the-host" })
	void soDoesOneOfAModuleWithoutAMemory(String function) {
		test(IMPORT + LOOPS + ")", function);
	}

	private static void test(String module, String function) {
		// The same code for both, so that HotSpot has compiled it when it is to end.
		ModuleCache cache = new ModuleCache();
		try (WasmSandbox patient = builder(module, cache).callTimeout(PATIENCE).build();
				WasmSandbox hasty = builder(module, cache).callTimeout(LIMIT).build()) {
			try (SandboxSession session = patient.openSession()) {
				for (int i = 0; i < 300; i++) {
					for (int turns : TURNS) {
						assertThat(session.<Integer>call(function, int.class, (long) turns)).isEqualTo(3 * turns);
					}
				}
			}
			for (int i = 0; i < 5; i++) {
				assertThatExceptionOfType(SandboxTimeoutException.class)
					.isThrownBy(() -> hasty.call(function, int.class, -1L));
			}
		}
	}

}
