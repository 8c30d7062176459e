package dev.wasmsandbox.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MainTest {

	private final ByteArrayOutputStream out = new ByteArrayOutputStream();

	private final ByteArrayOutputStream err = new ByteArrayOutputStream();

	@Test
	void listsAllNames() throws Exception {
		assertThat(run("--list")).isEqualTo(Main.DONE);
		assertThat(this.out.toString(StandardCharsets.UTF_8).lines()).hasSameSizeAs(Benchmarks.all())
			.anyMatch((line) -> line.startsWith("cold-start "))
			.anyMatch((line) -> line.startsWith("call-overhead "));
	}

	@Test
	void namesWhatThereIsWhenANameIsUnknown() throws Exception {
		assertThat(run("--results", "nowhere", "warm-start", "--quick")).isEqualTo(Main.WRONG_USE).isEqualTo(2);
		assertThat(this.err.toString(StandardCharsets.UTF_8)).startsWith("There is no benchmark 'warm-start'.")
			.contains("cold-start ", "call-overhead ");
		assertThat(this.out.size()).isZero();
	}

	@Test
	void saysHowItIsUsed() throws Exception {
		assertThat(run()).isEqualTo(Main.WRONG_USE);
		assertThat(run("--quick")).isEqualTo(Main.WRONG_USE);
		assertThat(run("cold-start", "call-overhead")).isEqualTo(Main.WRONG_USE);
		assertThat(this.err.toString(StandardCharsets.UTF_8)).startsWith("Use: benchmarks/run NAME [--quick]");
	}

	private int run(String... arguments) throws Exception {
		return Main.run(List.of(arguments), new PrintStream(this.out, true, StandardCharsets.UTF_8),
				new PrintStream(this.err, true, StandardCharsets.UTF_8));
	}

}
