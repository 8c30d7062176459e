package dev.wasmsandbox.memory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@EnabledOnOs(OS.LINUX)
class MemorySlabTests {

	private static final long PAGE = 65_536;

	@Test
	void thisMachineHasMappings() {
		assertThat(MemoryBackend.detect()).isEqualTo(MemoryBackend.MAPPED);
	}

	@Test
	void aSlotIsOneMappingUntilItGrowsAndNoneAfterwards() {
		long before = MappingBudget.inUse();
		MemoryImage image = MemoryBackend.MAPPED.image(2 * PAGE);
		MemorySlab slab = new MemorySlab(image, 64 * PAGE, 10);
		List<MemorySlot> slots = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			slots.add(slab.take());
		}
		assertThat(MappingBudget.inUse()).isEqualTo(before + 11);
		slots.getFirst().open(2 * PAGE);
		slots.getFirst().grow(2 * PAGE, 3 * PAGE);
		slots.getFirst().grow(3 * PAGE, 9 * PAGE);
		assertThat(MappingBudget.inUse()).isEqualTo(before + 12);
		slots.forEach(MemorySlot::release);
		slots.forEach(MemorySlot::release);
		slab.close();
		assertThat(MappingBudget.inUse()).isEqualTo(before);
	}

	@Test
	void gapsBetweenSlotsCountAsTheSystemCountsThem() throws IOException {
		long before = MappingBudget.inUse();
		MemoryImage image = MemoryBackend.MAPPED.image(PAGE);
		MemorySlab slab = new MemorySlab(image, 16 * PAGE, 64);
		List<MemorySlot> slots = new ArrayList<>();
		for (int i = 0; i < 40; i++) {
			slots.add(slab.take());
		}
		long begin = slots.stream().mapToLong(MemorySlot::base).min().orElseThrow();
		long end = begin + 64 * 16 * PAGE;
		assertThat(MappingBudget.inUse() - before - 1).isEqualTo(41).isGreaterThanOrEqualTo(mappings(begin, end));
		for (int i = 1; i < 40; i += 2) {
			slots.get(i).release();
		}
		assertThat(MappingBudget.inUse() - before - 1).isEqualTo(40).isGreaterThanOrEqualTo(mappings(begin, end));
		slots.forEach(MemorySlot::release);
		assertThat(MappingBudget.inUse() - before - 1).isEqualTo(1).isGreaterThanOrEqualTo(mappings(begin, end));
		slab.close();
		assertThat(MappingBudget.inUse()).isEqualTo(before);
	}

	/** The end of a range may be one mapping with what the process has behind it. */
	private static long mappings(long begin, long end) throws IOException {
		try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
			return lines.map((line) -> Long.parseUnsignedLong(line.substring(0, line.indexOf('-')), 16))
				.filter((start) -> start >= begin && start < end)
				.count();
		}
	}

	@Test
	void mappingsAndDescriptorsAreBackWhenAllIsClosed() throws IOException {
		round();
		long maps = lines("/proc/self/maps", "wasm-image");
		long files = descriptors();
		for (int i = 0; i < 50; i++) {
			round();
		}
		assertThat(lines("/proc/self/maps", "wasm-image")).isEqualTo(maps);
		assertThat(descriptors()).isEqualTo(files);
	}

	private static void round() {
		MemoryImage image = MemoryBackend.MAPPED.image(MemorySegment.ofArray(new byte[] { 1 }), PAGE);
		MemorySlab slab = new MemorySlab(image, 16 * PAGE, 4);
		MemorySlot first = slab.take();
		MemorySlot second = slab.take();
		slab.close();
		first.release();
		second.release();
	}

	private static long lines(String file, String containing) throws IOException {
		try (Stream<String> lines = Files.lines(Path.of(file))) {
			return lines.filter((line) -> line.contains(containing)).count();
		}
	}

	private static long descriptors() throws IOException {
		try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
			return files.filter((file) -> isImage(file)).count();
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

	@Test
	void aSlotThatOutlivesItsSlabIsStillRestoredFromTheImage() {
		MemoryImage image = MemoryBackend.MAPPED.image(MemorySegment.ofArray(new byte[] { 42 }), PAGE);
		MemorySlab slab = new MemorySlab(image, PAGE, 1);
		MemorySlot slot = slab.take();
		slab.close();
		for (ResetStrategy strategy : ResetStrategy.values()) {
			if (ResetCalibration.possible(strategy, PAGE)) {
				slot.open(PAGE);
				AddressSpace.ALL.set(java.lang.foreign.ValueLayout.JAVA_BYTE, slot.base(), (byte) 7);
				assertThat(slot.close(PAGE, strategy)).isNotNegative();
				assertThat(AddressSpace.ALL.get(java.lang.foreign.ValueLayout.JAVA_BYTE, slot.base()))
					.isEqualTo((byte) 42);
			}
		}
		slot.release();
	}

	@Test
	void aClosedSlabGivesNoSlots() {
		MemoryImage image = MemoryBackend.MAPPED.image(PAGE);
		MemorySlab slab = new MemorySlab(image, PAGE, 1);
		slab.close();
		assertThatIllegalStateException().isThrownBy(slab::take);
	}

	@Test
	void aSlotMustHoldTheImage() {
		MemoryImage image = MemoryBackend.PORTABLE.image(2 * PAGE);
		assertThatIllegalArgumentException().isThrownBy(() -> new MemorySlab(image, PAGE, 1));
		assertThatIllegalArgumentException().isThrownBy(() -> new MemorySlab(image, 2 * PAGE + 1, 1));
	}

	@Test
	void aPartOfTheSystemsMappingsIsLeftToTheJvm() {
		assertThat(MappingBudget.ceiling(65_530)).isEqualTo(65_530 - 4_096);
		assertThat(MappingBudget.ceiling(1_000_000)).isEqualTo(950_000);
		assertThat(MappingBudget.ceiling(1_000)).isZero();
	}

	@Test
	void theKernelNamesExactlyTheWrittenPages() {
		if (!WrittenPages.supported()) {
			return;
		}
		MemoryImage image = MemoryBackend.MAPPED.image(300 * PAGE);
		MemorySlab slab = new MemorySlab(image, 300 * PAGE, 1);
		MemorySlot slot = slab.take();
		slot.open(300 * PAGE);
		List<Long> expected = new ArrayList<>();
		for (long page = 3; page < 300 * 16; page += 7) {
			AddressSpace.ALL.set(java.lang.foreign.ValueLayout.JAVA_BYTE, slot.base() + page * 4_096 + 11, (byte) 0);
			expected.add(page * 4_096);
		}
		long read = AddressSpace.ALL.get(java.lang.foreign.ValueLayout.JAVA_BYTE, slot.base() + 4_096);
		assertThat(read).isZero();
		assertThat(WrittenPages.offsets(slot.base(), 300 * PAGE))
			.containsExactly(expected.stream().mapToLong(Long::longValue).toArray());
		assertThat(slot.close(300 * PAGE, ResetStrategy.WRITTEN_PAGES)).isEqualTo(expected.size() * 4_096L);
		slot.release();
		slab.close();
	}

}
