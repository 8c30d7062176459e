package dev.wasmsandbox.sample.uploads;

import java.time.Duration;
import java.time.Instant;

import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.sample.web.InvalidInputException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class UploadedModulesTest {

	private static final byte[] MODULE = Fixtures.bytes("simple_module");

	private final WasmSandboxes sandboxes = WasmSandboxes.builder().build();

	private Instant now = Instant.EPOCH;

	private final UploadedModules modules = new UploadedModules(this.sandboxes,
			new UploadSettings(2, Duration.ofMinutes(30), DataSize.ofMegabytes(1), DataSize.ofMegabytes(1),
					Duration.ofSeconds(5), 1, Duration.ZERO),
			() -> this.now);

	@AfterEach
	void close() {
		this.sandboxes.close();
	}

	private String add() {
		this.now = this.now.plusSeconds(1);
		return this.modules.add("a.wasm", MODULE).id();
	}

	@Test
	void longestUnusedMakesRoom() {
		String first = add();
		String second = add();
		this.now = this.now.plusSeconds(1);
		this.modules.use(first, UploadedModule::id);
		String third = add();
		assertThat(this.modules.all()).extracting(UploadedModule::id).containsExactly(first, third);
		assertThat(this.sandboxes.names()).containsExactlyInAnyOrder(first, third).doesNotContain(second);
	}

	@Test
	void oneInUseIsNotTakenAway() {
		String first = add();
		String second = add();
		this.modules.use(first, (one) -> this.modules.use(second, (two) -> {
			assertThatExceptionOfType(SandboxBusyException.class).isThrownBy(this::add)
				.withMessageContaining("upload again");
			this.now = this.now.plus(Duration.ofDays(1));
			assertThat(this.modules.all()).hasSize(2);
			return one;
		}));
		assertThat(add()).isNotEmpty();
	}

	@Test
	void unusedOnesExpire() {
		String first = add();
		this.now = this.now.plus(Duration.ofMinutes(20));
		String second = add();
		this.now = this.now.plus(Duration.ofMinutes(15));
		this.modules.removeExpired();
		assertThat(this.sandboxes.names()).containsExactly(second);
		assertThatExceptionOfType(InvalidInputException.class)
			.isThrownBy(() -> this.modules.use(first, UploadedModule::id));
	}

	@Test
	void refusedOneLeavesItsPlace() {
		for (int i = 0; i < 3; i++) {
			assertThatExceptionOfType(ModuleRejectedException.class)
				.isThrownBy(() -> this.modules.add("bad.wasm", new byte[8]));
		}
		add();
		add();
		assertThat(this.modules.all()).hasSize(2);
	}

	@Test
	void removedDuringUse() {
		String id = add();
		assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> this.modules.use(id, (module) -> {
			this.modules.remove(id);
			return module.sandbox().export("add").callInt(1, 2);
		})).withMessageContaining("404");
	}

}
