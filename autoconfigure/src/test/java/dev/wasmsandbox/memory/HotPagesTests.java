package dev.wasmsandbox.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class HotPagesTests {

	private static final int PAGE = 4_096;

	private static final int IMAGE = 64 * 1_024;

	@Test
	void onlyWhatEveryCallWroteIsExpected() {
		HotPages pages = HotPages.of(List.of(new long[] { 0, PAGE, 2 * PAGE, 9 * PAGE },
				new long[] { PAGE, 2 * PAGE, 5 * PAGE, 9 * PAGE }, new long[] { PAGE, 2 * PAGE, 9 * PAGE }));
		assertThat(pages).hasToString("[Run[offset=4096, bytes=8192], Run[offset=36864, bytes=4096]]");
	}

	@Test
	void nothingIsExpectedOfNoCallsOrOfMuch() {
		assertThat(HotPages.of(List.of())).hasToString("[]");
		assertThat(HotPages.of(List.of(LongStream.range(0, 65).map((page) -> page * PAGE).toArray())))
			.hasToString("[]");
		assertThat(HotPages.of(List.of(LongStream.range(0, 9).map((page) -> 2 * page * PAGE).toArray())))
			.hasToString("[]");
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void slotsHaveThePagesAndHoldTheImageAllTheSame() {
		assumeTrue(AddressSpace.DIRECT && WrittenPages.supported());
		byte[] content = new byte[IMAGE];
		java.util.Arrays.fill(content, (byte) 7);
		MemoryImage image = MemoryImage.capture(MemoryBackend.MAPPED, MemorySegment.ofArray(content), IMAGE);
		try (MemorySlab slab = new MemorySlab(image, IMAGE, 4)) {
			slab.expectWrites(List.of(new long[] { PAGE, 3 * PAGE }));
			MemorySlot slot = slab.take();
			assertThat(WrittenPages.offsets(slot.base(), IMAGE)).containsExactly(PAGE, 3 * PAGE);
			assertThat(slot.segment().asSlice(slot.base(), IMAGE).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(content);
			slot.release();
			MemorySlot next = slab.take();
			assertThat(next.segment().asSlice(next.base(), IMAGE).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(content);
			next.release();
		}
	}

}
