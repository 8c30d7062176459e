package dev.wasmsandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/**
 * What this process holds of the system.
 *
 * @param images mappings of our anonymous files
 * @param files descriptors of our anonymous files
 * @param watchdogs threads that watch calls
 */
record Resources(long images, long files, long watchdogs) {

	static Resources now() throws IOException {
		return new Resources(imageMappings(), imageFiles(), watchdogThreads());
	}

	/** Threads end a moment after they were told to. */
	static void awaitAtMost(Resources before) {
		Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
			Resources now = now();
			return now.images <= before.images && now.files <= before.files && now.watchdogs <= before.watchdogs;
		});
	}

	static long imageMappings() throws IOException {
		return mappings("wasm-image");
	}

	static long bufferMappings() throws IOException {
		return mappings("wasm-buffer");
	}

	private static long mappings(String of) throws IOException {
		try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
			return lines.filter((line) -> line.contains(of)).count();
		}
	}

	private static long imageFiles() throws IOException {
		try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
			return files.filter(Resources::isImage).count();
		}
	}

	private static boolean isImage(Path descriptor) {
		try {
			return Files.readSymbolicLink(descriptor).toString().contains("wasm-image");
		}
		catch (IOException _) {
			return false;
		}
	}

	private static long watchdogThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((t) -> t.getName().startsWith("wasm-watchdog"))
			.count();
	}

}
