package dev.wasmsandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.GuestAbiException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class OwnAbiTests {

	private static final byte[] LENGTH = Wat.assemble("""
			(module (memory (export "memory") 1)
			  (func (export "text_buffer") (result i32) (i32.const 4096))
			  (func (export "length") (param i32) (result i32) (local $at i32)
			    (local.set $at (local.get 0))
			    (block $end (loop $next
			      (br_if $end (i32.eqz (i32.load8_u (local.get $at))))
			      (local.set $at (i32.add (local.get $at) (i32.const 1)))
			      (br $next)))
			    (i32.sub (local.get $at) (local.get 0))))
			""");

	@Test
	void theOneThatIsShownWorks() {
		try (WasmSandbox sandbox = WasmSandbox.builder().source(LENGTH).abi(new ZeroTerminated()).build()) {
			assertThat(sandbox.info().abi()).isEqualTo("zero-terminated");
			assertThat(sandbox.call("length", int.class, "twelve signs")).isEqualTo(12);
			assertThat(sandbox.call("length", int.class, "")).isZero();
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> sandbox.call("length", String.class, "text"))
				.withMessageContaining("wanted was (String) -> String");
			assertThatExceptionOfType(GuestAbiException.class)
				.isThrownBy(() -> sandbox.call("length", int.class, "x".repeat(70_000)));
		}
	}

	@Test
	void theDocumentationShowsIt() throws IOException {
		String code = Files.readString(Path.of("src/test/java/dev/wasmsandbox/ZeroTerminated.java"));
		String shown = Files.readString(Path.of("../docs/abi.md"));
		assertThat(words(shown)).contains(words(code.substring(code.indexOf("class ZeroTerminated"))));
	}

	private static String words(String text) {
		return text.replaceAll("\\s+", " ");
	}

}
