package dev.wasmsandbox.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What a result was measured on.
 *
 * @param cpu the model of the processor
 * @param cores how many of its cores this JVM may use
 * @param kernel name and release of the operating system
 * @param jdk name and version of the JVM
 * @param flags what the measuring JVMs were started with
 */
public record MachineInfo(String cpu, int cores, String kernel, String jdk, String flags) {

	/** Describes this machine, and JVMs like this one with the given flags. */
	public static MachineInfo current(String flags) {
		return new MachineInfo(cpuModel(Path.of("/proc/cpuinfo")), Runtime.getRuntime().availableProcessors(),
				System.getProperty("os.name") + " " + System.getProperty("os.version"),
				System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version") + " ("
						+ System.getProperty("java.vendor") + ")",
				flags);
	}

	static String cpuModel(Path cpuinfo) {
		String architecture = System.getProperty("os.arch");
		try (Stream<String> lines = Files.lines(cpuinfo)) {
			return lines.filter((line) -> line.startsWith("model name"))
				.map((line) -> line.substring(line.indexOf(':') + 1).strip())
				.findFirst()
				.orElse(architecture);
		}
		catch (IOException ex) {
			return architecture;
		}
	}

}
