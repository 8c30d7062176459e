package dev.wasmsandbox.benchmarks.harness;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class ResultFileTest {

	private static final List<Figure> FIGURES = List.of(
			new Figure("ratio", 21.4, "x", List.of(19.8, 23.0), "peer", null),
			new Figure("cpu-us", null, "us", null, null, "no kernel"));

	private static final MachineInfo MACHINE = new MachineInfo("a cpu", 2, "Linux 6", "25", "-Xmx1g");

	@TempDir
	private Path folder;

	@Test
	void writesTheOneForm() throws Exception {
		Path file = new ResultFile("cold-start", null, MACHINE, FIGURES).writeTo(this.folder.resolve("new/results"));
		assertThat(file).hasFileName("cold-start.json");
		JsonNode json = JsonMapper.builder().build().readTree(Files.readString(file));
		assertThat(json).isEqualTo(JsonMapper.builder().build().readTree("""
				{ "name": "cold-start",
				  "machine": {"cpu": "a cpu", "cores": 2, "kernel": "Linux 6", "jdk": "25", "flags": "-Xmx1g"},
				  "figures": [
				    {"id": "ratio", "value": 21.4, "unit": "x", "spread": [19.8, 23.0], "against": "peer"},
				    {"id": "cpu-us", "value": null, "unit": "us", "spread": null, "against": null,
				     "reason": "no kernel"} ] }
				"""));
	}

	@Test
	void readsWhatItWrote() throws Exception {
		ResultFile result = new ResultFile("cold-start", true, MACHINE, FIGURES);
		assertThat(ResultFile.read(result.writeTo(this.folder))).isEqualTo(result);
	}

	@Test
	void isCompleteWhenNothingIsMissing() {
		assertThat(new ResultFile("a", null, MACHINE, FIGURES).complete()).isFalse();
		assertThat(new ResultFile("a", null, MACHINE, FIGURES.subList(0, 1)).complete()).isTrue();
	}

	@Test
	void describesTheMachine() throws Exception {
		MachineInfo machine = MachineInfo.current("-Xmx1g");
		assertThat(machine.cores()).isPositive();
		assertThat(List.of(machine.cpu(), machine.kernel(), machine.jdk()))
			.allSatisfy((text) -> assertThat(text).isNotBlank());
		Path cpuinfo = Files.writeString(this.folder.resolve("cpuinfo"), "vendor_id\t: V\nmodel name\t: Fast CPU\n");
		assertThat(MachineInfo.cpuModel(cpuinfo)).isEqualTo("Fast CPU");
		assertThat(MachineInfo.cpuModel(this.folder.resolve("none"))).isEqualTo(System.getProperty("os.arch"));
	}

	@Test
	void showsFiguresInColumns() {
		assertThat(Table.of(FIGURES)).isEqualTo("""
				figure  value  unit   p10  p90  against
				ratio    21.4  x     19.8   23  peer
				cpu-us      -  us               not measured: no kernel
				""");
	}

}
