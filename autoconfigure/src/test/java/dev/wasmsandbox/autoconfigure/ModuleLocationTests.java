package dev.wasmsandbox.autoconfigure;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ModuleLocationTests {

	@ParameterizedTest
	@CsvSource({ "classpath:wasm/a.wasm, classpath:wasm/a.wasm", "file:/opt/a@b?.wasm, file:/opt/a@b?.wasm",
			"https://host/a.wasm, https://host/a.wasm", "https://host, https://host",
			"https://user:secret@host/a.wasm, https://...@host/a.wasm", "https://user:secret@host, https://...@host",
			"https://host/a@b.wasm, https://host/a@b.wasm", "https://host/a.wasm?token=secret, https://host/a.wasm?...",
			"https://user:secret@host/a.wasm?mail=a@b/c, https://...@host/a.wasm?...",
			"https://host?token=a@secret/c, https://host?..." })
	void secretsOfUrlsAreNotShown(String location, String shown) {
		assertThat(ModuleLocation.withoutSecrets(location)).isEqualTo(shown);
	}

}
