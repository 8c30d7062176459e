package dev.wasmsandbox;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import dev.wasmsandbox.abi.AbiCall;
import dev.wasmsandbox.abi.AbiChoice;
import dev.wasmsandbox.abi.AbiFunction;
import dev.wasmsandbox.abi.BoundFunction;
import dev.wasmsandbox.abi.CallShape;
import dev.wasmsandbox.abi.GuestAbi;
import dev.wasmsandbox.abi.ValueKind;
import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.UnknownAbiException;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.screen.ModuleReport;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

class TypedCallTests {

	/** Calls the function it is asked for, three times, and fails on the way if told. */
	private static final GuestAbi THRICE = new GuestAbi() {

		@Override
		public String name() {
			return "thrice";
		}

		@Override
		public boolean recognises(ModuleReport module) {
			return module.exportedFunction("fib").isPresent();
		}

		@Override
		public AbiFunction bind(String moduleName, ModuleReport module, String function, CallShape shape) {
			return (guest, call) -> {
				if (call.value(0).equals("fail")) {
					throw new IllegalArgumentException("told to fail");
				}
				long sum = 0;
				for (int i = 0; i < 3; i++) {
					long[] results = guest.call(module.exportedFunction("fib").orElseThrow(), call.number(1));
					sum += (results != null) ? results[0] : 0;
				}
				call.answer(sum);
			};
		}

	};

	@Test
	void textGoesInAndOut() {
		try (WasmSandbox text = TestModules.builder("text").build()) {
			assertThat(text.info().abi()).isEqualTo("pointer-length");
			assertThat(text.call("slugify", String.class, "Héllo, Wörld!")).isEqualTo("hello-world");
			assertThat(text.call("word_count", int.class, "two words")).isEqualTo(2);
			assertThat(text.call("word_count", long.class, "")).isZero();
			assertThat(text.callAsync("slugify", String.class, "A B").join()).isEqualTo("a-b");
			assertThat(text.export("slugify").call(String.class, "C D")).isEqualTo("c-d");
			assertThat(text.statistics().calls()).containsEntry(Outcome.SUCCESS, 5L);
		}
	}

	@Test
	void bytesOfAllKindsGoIn() {
		byte[] bytes = "one two three".getBytes(StandardCharsets.UTF_8);
		ByteBuffer part = ByteBuffer.wrap(bytes, 4, 3);
		try (WasmSandbox text = TestModules.builder("text").build(); SandboxSession session = text.openSession()) {
			assertThat(session.call("word_count", int.class, bytes)).isEqualTo(3);
			assertThat(session.call("slugify", byte[].class, part)).isEqualTo("two".getBytes(StandardCharsets.UTF_8));
			assertThat(part.remaining()).isEqualTo(3);
			assertThat(session.call("word_count", int.class, MemorySegment.ofArray(bytes).asSlice(4))).isEqualTo(2);
			assertThat(session.export("word_count").call(int.class, "a b c d")).isEqualTo(4);
			BoundFunction slugify = session.bind("slugify", new CallShape(List.of(ValueKind.STRING), ValueKind.BYTES));
			AbiCall call = new AbiCall(1).value(0, "Read in place").readResultWith(MemorySegment::byteSize);
			slugify.call(call);
			assertThat(call.result()).isEqualTo(13L);
		}
	}

	@Test
	void aViewOfTheResultEndsWithTheCall() {
		try (WasmSandbox text = TestModules.builder("text").build(); SandboxSession session = text.openSession()) {
			AbiCall call = new AbiCall(1).value(0, "x").readResultWith((view) -> view);
			session.bind("slugify", new CallShape(List.of(ValueKind.STRING), ValueKind.BYTES)).call(call);
			MemorySegment view = (MemorySegment) Objects.requireNonNull(call.result());
			assertThatIllegalStateException().isThrownBy(() -> view.get(ValueLayout.JAVA_BYTE, 0));
		}
	}

	@Test
	void nothingOfACallStaysInTheGuest() {
		try (WasmSandbox text = TestModules.builder("text").build(); SandboxSession session = text.openSession()) {
			String input = "x".repeat(1000);
			assertThat(session.call("slugify", String.class, input)).isEqualTo(input);
			long size = session.memory().size();
			for (int i = 0; i < 10_000; i++) {
				session.call("slugify", String.class, input);
			}
			assertThat(session.memory().size()).isEqualTo(size);
		}
	}

	@Test
	void severalCallsOfAConventionHaveTheTimeOfOne() {
		try (WasmSandbox sandbox = TestModules.builder("simple_module")
			.abi(THRICE)
			.callTimeout(Duration.ofMillis(30))
			.build()) {
			assertThat(sandbox.call("anything", long.class, "x", 10)).isEqualTo(3 * 55);
			assertThatExceptionOfType(SandboxTimeoutException.class)
				.isThrownBy(() -> sandbox.call("anything", long.class, "x", 60));
		}
	}

	@Test
	void severalCallsOfAConventionHaveTheFuelOfOne() {
		try (WasmSandbox sandbox = TestModules.builder("simple_module").abi(THRICE).fuel(1_000_000).build()) {
			long one = sandbox.callMetered("fib", int.class, 10).fuel();
			MeteredResult<Long> thrice = sandbox.callMetered("anything", long.class, "x", 10);
			assertThat(thrice.result()).isEqualTo(3 * 55);
			assertThat(thrice.fuel()).isEqualTo(3 * one);
		}
		try (WasmSandbox sandbox = TestModules.builder("simple_module").abi(THRICE).fuel(400).build()) {
			assertThat(sandbox.call("fib", int.class, 10)).isEqualTo(55);
			assertThatExceptionOfType(SandboxLimitException.class)
				.isThrownBy(() -> sandbox.call("anything", long.class, "x", 10))
				.satisfies((ex) -> assertThat(ex.limit()).isEqualTo("limits.fuel"));
		}
	}

	@Test
	void cancellingStopsWhicheverCallRuns() {
		try (WasmSandbox sandbox = TestModules.builder("simple_module")
			.abi(THRICE)
			.callTimeout(Duration.ofDays(1))
			.build()) {
			CompletableFuture<Long> future = sandbox.callAsync("anything", long.class, "x", 60);
			assertThat(future.cancel(true)).isTrue();
			await().until(() -> sandbox.pool().statistics().leased() == 0);
		}
	}

	@Test
	void whatAConventionThrowsLeavesTheSessionUsable() {
		try (WasmSandbox sandbox = TestModules.builder("simple_module").abi(THRICE).build();
				SandboxSession session = sandbox.openSession()) {
			assertThatIllegalArgumentException().isThrownBy(() -> session.call("anything", long.class, "fail", 1))
				.withMessage("told to fail");
			assertThat(session.call("anything", long.class, "x", 10)).isEqualTo(3 * 55);
			assertThat(session.call("fib", int.class, 10)).isEqualTo(55);
		}
	}

	@Test
	void anOwnConventionComesBeforeTheBuiltInOnes() {
		try (WasmSandboxes sandboxes = WasmSandboxes.builder().guestAbi(THRICE).build()) {
			ModuleDefinition.Builder simple = ModuleDefinition.named("simple")
				.source(TestModules.source("simple_module"));
			assertThat(sandboxes.load(simple.build()).info().abi()).isEqualTo("thrice");
			assertThat(sandboxes.load(ModuleDefinition.named("text").source(TestModules.source("text")).build())
				.info()
				.abi()).isEqualTo("pointer-length");
			assertThatExceptionOfType(UnknownAbiException.class)
				.isThrownBy(() -> sandboxes.load(ModuleDefinition.named("other")
					.source(TestModules.source("text"))
					.abi(AbiChoice.named("pointer"))
					.build()))
				.withMessageContaining("Module 'other'")
				.withMessageContaining("'pointer'")
				.withMessageContaining("auto, thrice")
				.withMessageContaining("pointer-length, assemblyscript-static, assemblyscript-array, numeric");
		}
	}

	@Test
	void numbersOnlySaysWhatItWouldTake() {
		try (WasmSandbox sandbox = TestModules.builder("simple_module").build()) {
			assertThat(sandbox.info().abi()).isEqualTo("numeric");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> sandbox.call("fib", String.class, "text"))
				.withMessageContaining("wanted was (String) -> String")
				.withMessageContaining("it is (i32) -> i32")
				.withMessageContaining("pointer-length");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> sandbox.call("fib", String.class, 1, true))
				.withMessageContaining("argument 2 is java.lang.Boolean");
			assertThat(sandbox.callAsync("fib", byte[].class)).isCompletedExceptionally();
			assertThat(sandbox.statistics().calls()).containsEntry(Outcome.ABI, 3L);
		}
	}

	@Test
	void failuresOfAsynchronousCallsComeThroughTheFuture() {
		try (WasmSandbox sandbox = TestModules.builder("simple_module").abi(THRICE).build()) {
			assertThatExceptionOfType(CompletionException.class)
				.isThrownBy(() -> sandbox.callAsync("anything", long.class, "fail", 1).join())
				.withCauseInstanceOf(IllegalArgumentException.class);
		}
	}

	@Test
	void aCallFromAHostFunctionIsPartOfTheCallItServes() {
		SandboxSession[] opened = new SandboxSession[1];
		byte[] module = Wat.assemble("""
				(module (import "env" "back" (func $back))
				  (memory (export "memory") 1)
				  (global $top (mut i32) (i32.const 1024))
				  (func (export "malloc") (param i32) (result i32)
				    (global.set $top (i32.add (global.get $top) (local.get 0)))
				    (i32.sub (global.get $top) (local.get 0)))
				  (func (export "free") (param i32))
				  (func (export "length") (param i32 i32) (result i32) (local.get 1))
				  (func (export "out") (call $back)))
				""");
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.source(module)
			.hostFunction(HostFunction.of("env", "back", "() -> ()", (context, arguments) -> {
				assertThat(opened[0].call("length", int.class, "four")).isEqualTo(4);
				return null;
			}))
			.build(); SandboxSession session = sandbox.openSession()) {
			opened[0] = session;
			session.call("out", void.class);
			assertThat(session.call("length", int.class, "12345")).isEqualTo(5);
		}
	}

}
