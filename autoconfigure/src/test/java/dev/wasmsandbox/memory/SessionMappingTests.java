package dev.wasmsandbox.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.guest.BufferMapping;
import dev.wasmsandbox.limits.PoolSettings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Whatever sessions do with buffers, the process ends with the mappings it had. */
class SessionMappingTests {

	private static final int PAGE = ZeroCopyBuffer.PAGE;

	@Test
	void randomRoundsEndWithTheMappingsThereWere() throws IOException {
		long budget = MappingBudget.inUse();
		long kernel = ours();
		Random random = new Random(3);
		WasmSandbox sandbox = WasmSandbox.builder()
			.name("memory_test")
			.source(Fixtures.bytes("memory_test"))
			.pool(new PoolSettings(3, Duration.ZERO))
			.build();
		ZeroCopyBuffer[] buffers = new ZeroCopyBuffer[3];
		for (int i = 0; i < buffers.length; i++) {
			buffers[i] = ZeroCopyBuffer.allocate((i + 1L) * PAGE);
		}
		for (int round = 0; round < 64; round++) {
			List<SandboxSession> sessions = new ArrayList<>();
			for (int i = 0; i <= random.nextInt(3); i++) {
				sessions.add(sandbox.openSession());
			}
			for (SandboxSession session : sessions) {
				assertThat(session.memory().readBytes(0, 65_536)).containsOnly(0);
				work(session, buffers[random.nextInt(buffers.length)], random);
			}
			sessions.forEach(SandboxSession::close);
		}
		sandbox.close();
		for (ZeroCopyBuffer buffer : buffers) {
			buffer.close();
			assertThatIllegalStateException().isThrownBy(buffer::view);
		}
		assertThat(MappingBudget.inUse()).isEqualTo(budget);
		assertThat(ours()).isEqualTo(kernel);
	}

	/** Maps in up to six rows, each with room for the largest buffer. */
	private static void work(SandboxSession session, ZeroCopyBuffer buffer, Random random) {
		List<BufferMapping> mappings = new ArrayList<>();
		for (int row = 0; row < 1 + random.nextInt(4); row++) {
			BufferAccess access = random.nextBoolean() ? BufferAccess.READ_ONLY : BufferAccess.READ_WRITE;
			mappings.add(session.map(buffer, row * 4 * PAGE, access));
			session.call("fill", void.class, random.nextInt(16) * PAGE, random.nextInt(), PAGE);
			if (random.nextInt(3) == 0) {
				session.call("grow", int.class, 1);
			}
			if (random.nextBoolean()) {
				mappings.removeFirst().unmap();
			}
		}
	}

	private static long ours() throws IOException {
		Path maps = Path.of("/proc/self/maps");
		if (!Files.exists(maps)) {
			return 0;
		}
		try (Stream<String> lines = Files.lines(maps)) {
			return lines.filter((line) -> line.contains("wasm-buffer") || line.contains("wasm-image")).count();
		}
	}

}
