package dev.wasmsandbox.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What this process takes, in kilobytes, as the kernel says.
 *
 * @param all resident memory and page tables. The kernel maps up to 16 neighbours of a
 * page that is read, and counts pages of the image again for each sandbox that maps them
 * @param unshared the same without pages of files, of which there is one copy for all
 */
record ProcessMemory(long all, long unshared) {

	static ProcessMemory now() throws IOException {
		System.gc();
		List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
		long tables = kilobytes(status, "VmPTE:");
		return new ProcessMemory(kilobytes(status, "VmRSS:") + tables, kilobytes(status, "RssAnon:") + tables);
	}

	private static long kilobytes(List<String> status, String name) {
		return status.stream()
			.filter((line) -> line.startsWith(name))
			.mapToLong((line) -> Long.parseLong(line.replaceAll("\\D", "")))
			.sum();
	}

}
