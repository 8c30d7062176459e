package dev.wasmsandbox.sample;

import dev.wasmsandbox.fixtures.Fixtures;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.ActiveProfiles;

import static org.assertj.core.api.Assertions.assertThat;

@SampleTest
@ActiveProfiles("production")
class WithoutDemoTest {

	@Test
	void takesNoModules(@Autowired Http http) {
		assertThat(http.get("/modules").status()).isEqualTo(404);
		assertThat(http.uploadModule(Fixtures.bytes("simple_module")).status()).isGreaterThanOrEqualTo(404);
		assertThat(http.get("/add?a=2&b=40").text()).isEqualTo("42");
	}

}
