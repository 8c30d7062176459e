package dev.wasmsandbox.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The result of a benchmark as it is written down.
 *
 * @param name the name of the benchmark
 * @param quick true for a smoke run, absent else
 * @param machine what it ran on
 * @param figures what was measured, and what could not be
 */
public record ResultFile(String name, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean quick,
		MachineInfo machine, List<Figure> figures) {

	private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

	/** Whether every figure has a value. */
	public boolean complete() {
		return this.figures.stream().allMatch((figure) -> figure.value() != null);
	}

	/**
	 * Writes {@code NAME.json}.
	 * @param folder made if need be
	 * @return the file
	 */
	public Path writeTo(Path folder) throws IOException {
		Files.createDirectories(folder);
		Path file = folder.resolve(this.name + ".json");
		Files.writeString(file, JSON.writeValueAsString(this) + "\n");
		return file;
	}

	/** Reads a result. */
	public static ResultFile read(Path file) {
		return JSON.readValue(file.toFile(), ResultFile.class);
	}

}
