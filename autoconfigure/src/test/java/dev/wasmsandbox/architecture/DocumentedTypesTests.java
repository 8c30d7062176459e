package dev.wasmsandbox.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Whoever copies a snippet out of the documentation is told what it imports. */
class DocumentedTypesTests {

	private static final Path SOURCES = Path.of("src/main/java");

	private static final Pattern SNIPPET = Pattern.compile("(?ms)^```.*?^```$|^ {4}.*?$");

	private static final Pattern TYPE = Pattern.compile("(?<![\\w./])[A-Z]\\w+");

	/** Our public types, by their simple names. */
	private static final Map<String, String> TYPES = types();

	private static Map<String, String> types() {
		try (Stream<Path> files = Files.walk(SOURCES)) {
			return files.filter((file) -> file.toString().endsWith(".java"))
				.filter(DocumentedTypesTests::isPublic)
				.map((file) -> SOURCES.relativize(file).toString().replace(".java", "").replace('/', '.'))
				.collect(Collectors.toMap((name) -> name.substring(name.lastIndexOf('.') + 1), (name) -> name));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static boolean isPublic(Path file) {
		try {
			return Files.readString(file).lines().anyMatch((line) -> line.startsWith("public "));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static List<Path> pages() throws IOException {
		try (Stream<Path> pages = Files.list(Path.of("../docs"))) {
			return Stream
				.concat(pages.filter((page) -> page.toString().endsWith(".md")), Stream.of(Path.of("../README.md")))
				.filter((page) -> !page.endsWith("architecture.md"))
				.toList();
		}
	}

	@ParameterizedTest
	@MethodSource("pages")
	void aPageNamesThePackagesOfTheTypesInItsSnippets(Path page) throws IOException {
		String text = Files.readString(page);
		Set<String> used = SNIPPET.matcher(text)
			.results()
			.map(MatchResult::group)
			.filter((snippet) -> !snippet.startsWith("```") || snippet.startsWith("```java"))
			.flatMap((snippet) -> TYPE.matcher(snippet).results())
			.map(MatchResult::group)
			.filter(TYPES::containsKey)
			.collect(Collectors.toSet());
		assertThat(used).allSatisfy((name) -> assertThat(text).contains(String.valueOf(TYPES.get(name))));
	}

}
