package dev.wasmsandbox.metrics.rules;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

class AmountsTests {

	@ParameterizedTest
	@CsvSource({ "0, 0s", "1, 1ns", "1500, 1500ns", "2000, 2us", "1001000, 1001us", "250000000, 250ms",
			"1500000000, 1500ms", "90000000000, 90s" })
	void timesOfPropertiesAreExact(long nanos, String text) {
		Duration time = Duration.ofNanos(nanos);
		assertThat(Amounts.property(time)).isEqualTo(text);
		assertThat(DurationStyle.detectAndParse(text)).isEqualTo(time);
	}

	@Test
	void theLongestTimeOfAPropertyIsExactToo() {
		Duration longest = Duration.ofDays(365);
		assertThat(DurationStyle.detectAndParse(Amounts.property(longest))).isEqualTo(longest);
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, 1, 1023, 1024, 1500, 65_536, 1 << 20, (1 << 20) + 1024, 17 << 20, (17 << 20) + 1,
			32_767L * 65_536, Long.MAX_VALUE })
	void sizesOfPropertiesAreExact(long bytes) {
		assertThat(DataSize.parse(Amounts.property(bytes)).toBytes()).isEqualTo(bytes);
	}

	@ParameterizedTest
	@CsvSource({ "1, 1B", "65536, 64KB", "67108864, 64MB", "1572864, 1536KB" })
	void sizesOfPropertiesHaveTheLargestUnit(long bytes, String text) {
		assertThat(Amounts.property(bytes)).isEqualTo(text);
	}

	@ParameterizedTest
	@CsvSource({ "0, 0 ns", "999, 999 ns", "1000, 1 us", "1500, 1.5 us", "12345, 12.3 us", "1040000, 1.04 ms",
			"100000000, 100 ms", "2500000000, 2.5 s", "10000000000, 10 s" })
	void timesInSentencesHaveThreeDigits(double nanos, String text) {
		assertThat(Amounts.time(nanos)).isEqualTo(text);
	}

	@ParameterizedTest
	@CsvSource({ "0, 0 bytes", "1023, 1023 bytes", "1024, 1 KB", "1572864, 1.5 MB", "104857600, 100 MB",
			"2147483648, 2048 MB" })
	void sizesInSentencesHaveThreeDigits(double bytes, String text) {
		assertThat(Amounts.size(bytes)).isEqualTo(text);
	}

	@ParameterizedTest
	@CsvSource({ "0, 0%", "0.125, 12.5%", "0.8, 80%", "1, 100%", "0.0012, 0.12%" })
	void partsInSentencesArePercent(double ratio, String text) {
		assertThat(Amounts.percent(ratio)).isEqualTo(text);
	}

}
