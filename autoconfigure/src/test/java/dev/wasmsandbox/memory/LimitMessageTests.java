package dev.wasmsandbox.memory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.PoolSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Whoever meets a limit of the process learns which module did. */
@EnabledOnOs(OS.LINUX)
class LimitMessageTests {

	private static final int PAGE = 65_536;

	@Test
	void theProcessesMappingsNameTheModule() {
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.name("greedy")
			.source(Fixtures.bytes("memory_test"))
			.pool(new PoolSettings(8, Duration.ZERO))
			.build();
				SandboxSession session = sandbox.openSession();
				ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(1)) {
			session.memory().grow(1);
			List<SandboxSession> others = new ArrayList<>();
			long taken = takeAll();
			try {
				assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(() -> {
					for (int i = 0; i < 8; i++) {
						others.add(sandbox.openSession());
					}
				}).withMessageStartingWith("Module 'greedy': ").matches((ex) -> "greedy".equals(ex.moduleName()));
				assertThatExceptionOfType(SandboxLimitException.class)
					.isThrownBy(() -> session.map(buffer, PAGE, BufferAccess.READ_ONLY))
					.withMessageStartingWith("Module 'greedy': ");
			}
			finally {
				MappingBudget.giveBack(taken);
				others.forEach(SandboxSession::close);
			}
		}
	}

	private static long takeAll() {
		long taken = 0;
		for (long step = 1L << 40; step > 0; step /= 2) {
			while (MappingBudget.tryTake(step)) {
				taken += step;
			}
		}
		return taken;
	}

}
