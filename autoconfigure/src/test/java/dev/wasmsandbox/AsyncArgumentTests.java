package dev.wasmsandbox;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import dev.wasmsandbox.error.ClientMismatchException;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.observe.Outcome;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** What asynchronous calls are given, and what they promise. */
class AsyncArgumentTests {

	private static void assertRefusedAtOnce(CompletableFuture<?> call) {
		assertThat(call).isCompletedExceptionally();
		assertThatExceptionOfType(CompletionException.class).isThrownBy(call::join)
			.withCauseInstanceOf(GuestAbiException.class)
			.withMessageContaining("Module 'abi_c', function 'sum_bytes'")
			.withMessageContaining("argument 1 lies in memory that only one thread may use")
			.withMessageContaining("Arena.ofShared()");
	}

	@Test
	void whatOtherThreadsMayNotReadIsRefusedAtOnce() {
		try (WasmSandbox guest = TestModules.builder("abi_c").build(); Arena arena = Arena.ofConfined()) {
			MemorySegment memory = arena.allocate(8);
			assertRefusedAtOnce(guest.callAsync("sum_bytes", int.class, memory));
			assertRefusedAtOnce(guest.callAsync("sum_bytes", int.class, memory.asByteBuffer()));
			assertRefusedAtOnce(guest.as(Sums.class).sumLater(memory));
			assertThat(guest.statistics().calls()).containsOnlyKeys(Outcome.ABI).containsEntry(Outcome.ABI, 3L);
			assertThat(guest.call("sum_bytes", int.class, memory)).isZero();
		}
	}

	@Test
	void whatOtherThreadsMayReadIsPassed() {
		try (WasmSandbox guest = TestModules.builder("abi_c").build(); Arena arena = Arena.ofShared()) {
			MemorySegment memory = arena.allocate(8).fill((byte) 2);
			assertThat(guest.callAsync("sum_bytes", int.class, memory).join()).isEqualTo(16);
			assertThat(guest.callAsync("sum_bytes", int.class, memory.asByteBuffer()).join()).isEqualTo(16);
			assertThat(guest.as(Sums.class).sumLater(memory).join()).isEqualTo(16);
		}
	}

	@Test
	void memoryOfAnotherThreadIsRefusedByATypedError() {
		try (WasmSandbox guest = TestModules.builder("abi_c").build(); Arena arena = Arena.ofConfined()) {
			MemorySegment memory = arena.allocate(8);
			CompletableFuture<Integer> elsewhere = CompletableFuture.supplyAsync(
					() -> guest.call("sum_bytes", int.class, memory), (task) -> Thread.ofPlatform().start(task));
			assertThatExceptionOfType(CompletionException.class).isThrownBy(elsewhere::join)
				.withCauseInstanceOf(GuestAbiException.class)
				.withMessageContaining("argument 1 lies in memory that only another thread may use");
		}
	}

	@Test
	void aFutureOfAFutureIsRefusedWhenTheClientIsMade() {
		try (WasmSandbox guest = TestModules.builder("abi_c").build()) {
			ClientMismatchException refused = catchThrowableOfType(ClientMismatchException.class,
					() -> guest.as(Futures.class));
			assertThat(refused.problems()).hasSize(3)
				.anySatisfy(
						(problem) -> assertThat(problem).contains("nested(", "result: CompletableFuture is no value"))
				.anySatisfy((problem) -> assertThat(problem).contains("other(", "result: Future is no value"))
				.anySatisfy((problem) -> assertThat(problem).contains("taken(",
						"parameter 1: CompletionStage is no value"));
		}
	}

	interface Sums {

		@WasmExport("sum_bytes")
		CompletableFuture<Integer> sumLater(MemorySegment bytes);

	}

	interface Futures {

		@WasmExport("echo_string")
		CompletableFuture<CompletableFuture<String>> nested(String text);

		@WasmExport("echo_string")
		Future<String> other(String text);

		@WasmExport("echo_string")
		String taken(CompletionStage<String> text);

	}

}
