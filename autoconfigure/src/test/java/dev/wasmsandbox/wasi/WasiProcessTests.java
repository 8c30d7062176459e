package dev.wasmsandbox.wasi;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.GuestExitException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.TrapKind;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.SnapshotPoint;
import dev.wasmsandbox.observe.Outcome;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Arguments, environment, clocks, random numbers, streams and the end of the process. */
class WasiProcessTests {

	private static final String MEMORY = "(memory (export \"memory\") 2 64)";

	private static WasmSandbox command(WasiSettings.Builder settings) {
		return WasmSandbox.builder()
			.name("command")
			.source(Fixtures.bytes("wasi_command"))
			.wasi(settings.stdout(WasiStream.CAPTURE).stderr(WasiStream.CAPTURE).build())
			.build();
	}

	private static String output(SandboxSession session) {
		return new String(session.stdout(), StandardCharsets.UTF_8);
	}

	@Test
	void aCommandReadsArgumentsAndVariablesAndItsOutputIsCaptured() {
		WasiSettings.Builder settings = WasiSettings.builder()
			.arguments("tool", "--args", "--env", "NAME", "--env", "OTHER")
			.environment("NAME", "välue");
		try (WasmSandbox sandbox = command(settings); SandboxSession session = sandbox.openSession()) {
			session.call("_start", void.class);
			assertThat(output(session)).isEqualTo("tool\n--args\n--env\nNAME\n--env\nOTHER\nvälue\n");
			assertThat(session.stderr()).asString(StandardCharsets.UTF_8).isEqualTo("OTHER is not set\n");
		}
	}

	@Test
	void standardInputBeginsAnewInEveryLease() {
		WasiSettings.Builder settings = WasiSettings.builder().stdin("some text".getBytes(StandardCharsets.UTF_8));
		try (WasmSandbox sandbox = command(settings)) {
			for (int i = 0; i < 3; i++) {
				try (SandboxSession session = sandbox.openSession()) {
					assertThat(session.stdout()).isEmpty();
					session.call("_start", void.class);
					assertThat(output(session)).isEqualTo("SOME TEXT");
				}
			}
		}
	}

	@Test
	void anExitCodeIsAnExceptionAndTheOutputBeforeItStays() {
		try (WasmSandbox sandbox = command(WasiSettings.builder().arguments("tool", "--args", "--exit", "7"));
				SandboxSession session = sandbox.openSession()) {
			assertThatExceptionOfType(GuestExitException.class).isThrownBy(() -> session.call("_start", void.class))
				.withMessageContaining("exit code 7")
				.satisfies((ex) -> assertThat(ex.exitCode()).isEqualTo(7))
				.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(TrapKind.EXIT));
			assertThat(output(session)).startsWith("tool\n");
			assertThatIllegalStateException().isThrownBy(() -> session.call("_start", void.class));
			assertThat(sandbox.statistics().calls()).containsEntry(Outcome.TRAP, 1L);
		}
	}

	@Test
	void exitCodeZeroIsTheNormalEndOfACommandOnly() {
		String more = "(func (export \"_start\") i32.const 0 call $proc_exit unreachable)"
				+ "(func (export \"answer\") (result i32) i32.const 0 call $proc_exit unreachable)";
		try (WasmSandbox sandbox = RawGuest.sandbox(WasiSettings.builder(), MEMORY, more)) {
			sandbox.call("_start", void.class);
			sandbox.call("_start", void.class);
			assertThatExceptionOfType(GuestExitException.class).isThrownBy(() -> sandbox.call("answer", int.class));
			try (SandboxSession session = sandbox.openSession()) {
				session.call("_start", void.class);
				assertThatIllegalStateException().isThrownBy(() -> session.call("_start", void.class))
					.withMessageContaining("ended itself");
			}
			assertThat(sandbox.statistics().calls()).containsEntry(Outcome.SUCCESS, 3L);
		}
	}

	@Test
	void outputBeyondItsLimitEndsTheCall() {
		try (RawGuest guest = RawGuest.with(WasiSettings.builder().maxOutput(10).stderr(WasiStream.CAPTURE))) {
			assertThat(guest.write(1, "12345")).isEqualTo(Errno.SUCCESS);
			assertThat(guest.write(2, "67890")).isEqualTo(Errno.SUCCESS);
			assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(() -> guest.write(1, "!"))
				.withMessageContaining("wasi.limits.output of 10 bytes")
				.satisfies((ex) -> assertThat(ex.requested()).isEqualTo(11));
			assertThat(guest.session().stderr()).asString(StandardCharsets.UTF_8).isEqualTo("67890");
			guest.nextLease();
			assertThat(guest.write(1, "1234567890")).isEqualTo(Errno.SUCCESS);
		}
	}

	@Test
	void clocksAreRoundedAndFilesShowNoTimeWithoutThem() {
		try (RawGuest guest = RawGuest
			.with(WasiSettings.builder().clocks(true).clockResolution(Duration.ofSeconds(1)))) {
			assertThat(guest.call("clock_res_get", 0, RawGuest.OUT)).isEqualTo(Errno.SUCCESS);
			assertThat(guest.memory().readLong(RawGuest.OUT)).isEqualTo(1_000_000_000L);
			for (int clock = 0; clock < 2; clock++) {
				assertThat(guest.call("clock_time_get", clock, 0L, RawGuest.OUT)).isEqualTo(Errno.SUCCESS);
				assertThat(guest.memory().readLong(RawGuest.OUT) % 1_000_000_000L).isZero();
			}
			assertThat(guest.call("clock_time_get", 2, 0L, RawGuest.OUT)).isEqualTo(Errno.NOTSUP);
			assertThat(guest.call("clock_time_get", 9, 0L, RawGuest.OUT)).isEqualTo(Errno.INVAL);
		}
		try (RawGuest guest = RawGuest.with(WasiSettings.builder().directory(WasiDirectory.memory("/d")))) {
			guest.opened(3, "file", 1, RawGuest.WRITE);
			assertThat(guest.path("path_filestat_get", 3, 0, "file", 512)).isEqualTo(Errno.SUCCESS);
			assertThat(guest.memory().readLong(512 + 48)).isZero();
		}
	}

	@Test
	void seededRandomNumbersBeginAnewAndSecureOnesDiffer() {
		try (RawGuest guest = RawGuest.with(WasiSettings.builder().seed(42))) {
			byte[] first = random(guest);
			assertThat(random(guest)).isNotEqualTo(first);
			guest.nextLease();
			assertThat(random(guest)).isEqualTo(first);
		}
		try (RawGuest guest = RawGuest.with(WasiSettings.builder().random(WasiRandom.SECURE))) {
			byte[] first = random(guest);
			guest.nextLease();
			assertThat(random(guest)).isNotEqualTo(first);
			assertThat(guest.call("random_get", 65_536, 65_537)).isEqualTo(Errno.FAULT);
			assertThat(guest.call("random_get", 0, -1)).isEqualTo(Errno.FAULT);
			assertThat(guest.call("random_get", 0, 131_072)).isEqualTo(Errno.SUCCESS);
		}
	}

	private static byte[] random(RawGuest guest) {
		assertThat(guest.call("random_get", 256, 32)).isEqualTo(Errno.SUCCESS);
		return guest.memory().readBytes(256, 32);
	}

	private static final String SLEEPER = "(func (export \"sleep\") (param i64) (result i32)"
			+ " i32.const 16 i32.const 1 i32.store i32.const 24 local.get 0 i64.store"
			+ " i32.const 0 i32.const 512 i32.const 1 i32.const 508 call $poll_oneoff)";

	@Test
	void sleepingEndsAtTheDeadlineAndByInterrupt() {
		byte[] module = Wat.assemble(RawGuest.text(MEMORY, SLEEPER));
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.source(module)
			.callTimeout(Duration.ofMillis(50))
			.wasi(WasiSettings.builder().clocks(true).build())
			.build()) {
			assertThat(sandbox.call("sleep", int.class, 1_000L)).isZero();
			assertThatExceptionOfType(SandboxTimeoutException.class)
				.isThrownBy(() -> sandbox.call("sleep", int.class, Long.MAX_VALUE));
			assertThatExceptionOfType(SandboxTimeoutException.class)
				.isThrownBy(() -> sandbox.call("sleep", int.class, -1L));
		}
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.source(module)
			.callTimeout(Duration.ofMinutes(1))
			.wasi(WasiSettings.builder().clocks(true).build())
			.build()) {
			CompletableFuture<Integer> call = sandbox.callAsync("sleep", int.class, Long.MAX_VALUE);
			Awaitility.await().until(() -> sandbox.statistics().pool().leased() == 1);
			call.cancel(true);
			Awaitility.await().until(() -> sandbox.statistics().pool().leased() == 0);
			Thread.currentThread().interrupt();
			assertThatExceptionOfType(SandboxInterruptedException.class)
				.isThrownBy(() -> sandbox.call("sleep", int.class, Long.MAX_VALUE));
			assertThat(Thread.interrupted()).isTrue();
		}
	}

	@Test
	void withoutClocksNobodySleeps() {
		try (WasmSandbox sandbox = RawGuest.sandbox(WasiSettings.builder(), MEMORY, SLEEPER);
				SandboxSession session = sandbox.openSession()) {
			assertThat(session.call("sleep", int.class, Long.MAX_VALUE)).isZero();
			assertThat(session.memory().readShort(512 + 8)).isEqualTo((short) Errno.NOTCAPABLE.number());
		}
	}

	@Test
	void reactorsAreInitializedBeforeTheFirstCallOfEveryLease() {
		String more = "(global $n (mut i32) (i32.const 0))"
				+ "(func (export \"_initialize\") global.get $n i32.const 1 i32.add global.set $n)"
				+ "(func (export \"n\") (result i32) global.get $n)";
		try (WasmSandbox sandbox = RawGuest.sandbox(WasiSettings.builder(), MEMORY, more)) {
			assertThat(sandbox.call("n", int.class)).isEqualTo(1);
			assertThat(sandbox.call("n", int.class)).isEqualTo(1);
		}
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.source(Wat.assemble(RawGuest.text(MEMORY, more)))
			.wasi(WasiSettings.nothing())
			.snapshot(SnapshotPoint.AFTER_START)
			.build()) {
			assertThat(sandbox.call("n", int.class)).isEqualTo(1);
			assertThat(sandbox.call("n", int.class)).isEqualTo(1);
		}
	}

	@Test
	void aSnapshotIsRefusedOnceTheStartSawSomethingOfItsOwn() {
		for (String call : new String[] { "i32.const 0 i32.const 8 call $random_get drop",
				"i32.const 0 i64.const 0 i32.const 0 call $clock_time_get drop",
				"i32.const 0 i32.const 0 call $environ_get drop",
				"i32.const 1 i32.const 0 i32.const 0 i32.const 0 call $fd_write drop" }) {
			byte[] module = Wat.assemble(RawGuest.text(MEMORY, "(func (export \"_initialize\") " + call + ")"));
			assertThatExceptionOfType(ModuleRejectedException.class)
				.isThrownBy(() -> WasmSandbox.builder()
					.source(module)
					.wasi(WasiSettings.builder().clocks(true).random(WasiRandom.SECURE).build())
					.snapshot(SnapshotPoint.AFTER_START)
					.build())
				.withMessageContaining("the snapshot is refused")
				.withMessageContaining("set snapshot=none");
		}
	}

}
