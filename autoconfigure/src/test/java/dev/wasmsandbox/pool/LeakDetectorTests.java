package dev.wasmsandbox.pool;

import java.time.Duration;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.PoolSettings;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class LeakDetectorTests {

	private static WasmSandbox sandbox(Duration threshold) {
		return WasmSandbox.builder()
			.name("leaky")
			.source(Fixtures.bytes("state"))
			.pool(PoolSettings.defaults().withLeakDetectionThreshold(threshold))
			.build();
	}

	private static void awaitSuspects(WasmSandbox sandbox, long count) {
		Awaitility.await().until(() -> sandbox.statistics().pool().leaksSuspected() == count);
	}

	@Test
	void aSessionLeftOpenIsReportedOnceWithTheStackWhereItWasOpened(CapturedOutput output) {
		try (WasmSandbox sandbox = sandbox(Duration.ofMillis(20)); SandboxSession forgotten = leave(sandbox, "first")) {
			awaitSuspects(sandbox, 1);
			try (SandboxSession second = leave(sandbox, "second")) {
				awaitSuspects(sandbox, 2);
				assertThat(second).isNotNull();
			}
			assertThat(output).containsOnlyOnce("Module 'leaky': the session 'first'")
				.containsOnlyOnce("the session 'second'")
				.contains("WARN", Thread.currentThread().toString(), "pool.leak-detection-threshold of 20 ms",
						LeakDetectorTests.class.getName() + ".leave(");
			assertThat(forgotten.call("get_memory", long.class)).isEqualTo(11);
		}
	}

	private static SandboxSession leave(WasmSandbox sandbox, String instanceId) {
		return sandbox.openSession(instanceId);
	}

	@Test
	void sessionsThatAreClosedAndCallsAreNotReported(CapturedOutput output) {
		try (WasmSandbox sandbox = sandbox(Duration.ofMillis(20))) {
			for (int i = 0; i < 50; i++) {
				try (SandboxSession session = sandbox.openSession("closed")) {
					session.call("put", void.class, 1L);
				}
				sandbox.call("put", void.class, 1L);
			}
			try (SandboxSession session = sandbox.openSession("open")) {
				awaitSuspects(sandbox, 1);
				assertThat(session).isNotNull();
			}
			assertThat(output).doesNotContain("'closed'").containsOnlyOnce("Module 'leaky'");
		}
	}

	@Test
	void switchedOffItIsAnObjectThatDoesNothing() {
		LeakDetector off = LeakDetector.of("quiet", Duration.ZERO);
		assertThat(off).isSameAs(LeakDetector.of("other", Duration.ZERO));
		assertThat(off.intervalNanos()).isEqualTo(Long.MAX_VALUE);
		assertThat(off.suspected()).isZero();
	}

}
