package dev.wasmsandbox;

import java.time.Duration;
import java.util.List;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.fixtures.hostile.BadGuest;
import dev.wasmsandbox.fixtures.hostile.BadGuests;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

/** What guests do that keep a convention in all but one place. */
class BadGuestAbiTests {

	private static final String FIRST = "the first of them";

	private static final String SECOND = "and the second text";

	static List<BadGuest> guests() {
		return BadGuests.all();
	}

	@ParameterizedTest
	@MethodSource("guests")
	void endsAsItMust(BadGuest guest) {
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.name("bad")
			.source(guest.bytes())
			.callTimeout(Duration.ofMillis(100))
			.build()) {
			@Nullable String[] result = new String[1];
			@Nullable Throwable failure = catchThrowable(() -> result[0] = sandbox.call("concat", String.class, FIRST, SECOND));
			check(guest, result[0], failure);
			assertThat(sandbox.pool().statistics().leased()).isZero();
			// What failed is never used again, and the next one behaves the same.
			Throwable again = catchThrowable(
					() -> assertThat(sandbox.call("concat", String.class, FIRST, SECOND)).isEqualTo("hello"));
			assertThat((again == null) ? null : again.getClass())
				.isEqualTo((failure == null) ? null : failure.getClass());
			if (guest.ending() != BadGuest.Ending.HELLO_OR_ERROR) {
				inASession(sandbox, failure);
			}
		}
	}

	private static void inASession(WasmSandbox sandbox, @Nullable Throwable failure) {
		long discarded = sandbox.pool().statistics().discarded();
		boolean usable;
		try (SandboxSession session = sandbox.openSession()) {
			Throwable same = catchThrowable(() -> session.call("concat", String.class, FIRST, SECOND));
			assertThat((same == null) ? null : same.getClass())
				.isEqualTo((failure == null) ? null : failure.getClass());
			// No memory left is honest, all else ends the trust.
			usable = same == null || same instanceof SandboxLimitException;
			if (!usable) {
				assertThatIllegalStateException().isThrownBy(() -> session.call("concat", String.class, FIRST, SECOND));
			}
		}
		assertThat(sandbox.pool().statistics().discarded() - discarded).isEqualTo(usable ? 0 : 1);
	}

	private static void check(BadGuest guest, @Nullable String result, @Nullable Throwable failure) {
		switch (guest.ending()) {
			case ALLOCATION ->
				assertThat(failure).isInstanceOfAny(GuestAbiException.class, SandboxLimitException.class);
			case RESULT -> assertThat(failure).isInstanceOfAny(GuestAbiException.class, SandboxLimitException.class);
			case TRAP -> assertThat(failure).isInstanceOf(SandboxTrapException.class);
			case TIMEOUT -> assertThat(failure).isInstanceOf(SandboxTimeoutException.class);
			case HELLO -> {
				assertThat(failure).isNull();
				assertThat(result).isEqualTo("hello");
			}
			case HELLO_OR_ERROR -> {
				if (failure == null) {
					assertThat(result).isEqualTo("hello");
				}
				else {
					assertThat(failure).isInstanceOf(WasmSandboxException.class);
				}
			}
		}
	}

}
