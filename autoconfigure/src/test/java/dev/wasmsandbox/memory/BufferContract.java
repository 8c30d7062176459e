package dev.wasmsandbox.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import dev.wasmsandbox.error.GuestAbiException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

abstract class BufferContract {

	private static final int PAGE = ZeroCopyBuffer.PAGE;

	private static final List<ResetStrategy> STRATEGIES = List.of(ResetStrategy.values());

	private static final int WASM_PAGE = 65_536;

	private static final int IMAGE = 2 * WASM_PAGE;

	private static final int CAPACITY = 8 * WASM_PAGE;

	private final MemoryBackend backend;

	private final byte[] image = new byte[IMAGE];

	private long mappingsBefore;

	private MemorySlab slab;

	private OpenMemory memory;

	BufferContract(MemoryBackend backend) {
		this.backend = backend;
	}

	@BeforeEach
	void open() {
		this.mappingsBefore = MappingBudget.inUse();
		for (int i = 0; i < IMAGE; i++) {
			this.image[i] = (byte) (i / PAGE + i * 31 + 1);
		}
		this.slab = new MemorySlab(this.backend, this.backend.image(MemorySegment.ofArray(this.image), IMAGE), CAPACITY,
				2);
		this.memory = new OpenMemory(this.slab.take());
		this.memory.open();
	}

	@AfterEach
	void release() {
		this.memory.slot().release();
		this.slab.close();
		assertThat(MappingBudget.inUse()).isEqualTo(this.mappingsBefore);
	}

	private ZeroCopyBuffer buffer(int bytes, int first) {
		ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(this.backend, bytes);
		for (int i = 0; i < bytes; i++) {
			buffer.view().set(ValueLayout.JAVA_BYTE, i, (byte) (first + i));
		}
		return buffer;
	}

	private byte[] content(int from, int length) {
		byte[] bytes = new byte[length];
		this.memory.read(from, bytes, 0, length);
		return bytes;
	}

	private static byte[] content(ZeroCopyBuffer buffer) {
		return buffer.view().toArray(ValueLayout.JAVA_BYTE);
	}

	private void map(ZeroCopyBuffer buffer, int address, BufferAccess access) {
		this.memory.mapBuffer("test", buffer, address, access);
	}

	@Test
	void saysWhetherItIsMappedOrCopied() {
		try (ZeroCopyBuffer buffer = buffer(10, 0)) {
			assertThat(buffer.isMapped()).isEqualTo(this.backend == MemoryBackend.MAPPED);
			assertThat(buffer.size()).isEqualTo(10);
			assertThat(buffer.mappedSize()).isEqualTo(PAGE);
		}
	}

	@Test
	void theGuestWritesIntoASharedBufferAndTheImageIsThereAfterwards() {
		try (ZeroCopyBuffer buffer = buffer(2 * PAGE, 5)) {
			byte[] expected = content(buffer);
			this.memory.fill(PAGE, 2 * PAGE, (byte) 77);
			map(buffer, PAGE, BufferAccess.READ_WRITE);
			assertThat(content(PAGE, 2 * PAGE)).isEqualTo(expected);
			this.memory.storeByte(PAGE + 100, (byte) 99);
			this.memory.unmapBuffer(PAGE);
			expected[100] = 99;
			assertThat(content(buffer)).isEqualTo(expected);
			assertThat(content(0, IMAGE)).isEqualTo(this.image);
		}
	}

	@Test
	void writesToAReadOnlyBufferStayTheGuestsAndAreGoneAfterwards() {
		try (ZeroCopyBuffer buffer = buffer(PAGE, 5)) {
			byte[] before = content(buffer);
			map(buffer, 3 * PAGE, BufferAccess.READ_ONLY);
			this.memory.storeByte(3 * PAGE, (byte) 99);
			assertThat(this.memory.loadByte(3 * PAGE)).isEqualTo((byte) 99);
			assertThat(content(buffer)).isEqualTo(before);
			this.memory.unmapBuffer(3 * PAGE);
			assertThat(content(0, IMAGE)).isEqualTo(this.image);
			map(buffer, 3 * PAGE, BufferAccess.READ_ONLY);
			assertThat(content(3 * PAGE, PAGE)).isEqualTo(before);
			assertThatIllegalStateException().isThrownBy(buffer::close).withMessageContaining("mapped in 1 places");
			this.memory.unmapBuffer(3 * PAGE);
		}
	}

	@Test
	void behindTheImageAnUnmappedPlaceIsZero() {
		try (ZeroCopyBuffer buffer = buffer(4 * PAGE, 1)) {
			assertThat(this.memory.grow(CAPACITY)).isTrue();
			this.memory.fill(IMAGE - 2 * PAGE, 4 * PAGE, (byte) 9);
			map(buffer, IMAGE - 2 * PAGE, BufferAccess.READ_WRITE);
			this.memory.unmapBuffer(IMAGE - 2 * PAGE);
			assertThat(content(0, IMAGE)).isEqualTo(this.image);
			assertThat(content(IMAGE, 2 * PAGE)).containsOnly(0);
		}
	}

	@Test
	void theMemoryGrowsWhileABufferIsMapped() {
		try (ZeroCopyBuffer buffer = buffer(PAGE, 1)) {
			map(buffer, IMAGE - PAGE, BufferAccess.READ_WRITE);
			this.memory.storeByte(IMAGE - 1, (byte) 42);
			assertThat(this.memory.grow(CAPACITY)).isTrue();
			assertThat(this.memory.loadByte(IMAGE - 1)).isEqualTo((byte) 42);
			assertThat(content(IMAGE, CAPACITY - IMAGE)).containsOnly(0);
			this.memory.unmapBuffer(IMAGE - PAGE);
			assertThat(content(buffer)[PAGE - 1]).isEqualTo((byte) 42);
		}
	}

	@Test
	void placesThatCannotBeAreRefusedAndChangeNothing() {
		try (ZeroCopyBuffer buffer = buffer(2 * PAGE, 1); ZeroCopyBuffer other = buffer(PAGE, 1)) {
			map(buffer, 4 * PAGE, BufferAccess.READ_ONLY);
			long mappings = MappingBudget.inUse();
			// Others in this process take and give back a few meanwhile; a mapping lost
			// at each refusal would be many more.
			int rounds = 1_000;
			for (int i = 0; i < rounds; i++) {
				allRefused(buffer, other);
			}
			assertThat(MappingBudget.inUse()).isLessThan(mappings + rounds);
			this.memory.unmapBuffer(4 * PAGE);
			assertThat(content(0, IMAGE)).isEqualTo(this.image);
		}
	}

	private void allRefused(ZeroCopyBuffer buffer, ZeroCopyBuffer other) {
		for (int address : new int[] { 1, PAGE - 1, PAGE + 8, -1 }) {
			refused(other, address, "no multiple of 4096");
		}
		for (int address : new int[] { IMAGE, CAPACITY, Integer.MIN_VALUE, -PAGE }) {
			refused(other, address, "the guest's memory has " + IMAGE + " bytes");
		}
		refused(buffer, IMAGE - PAGE, "the guest's memory has");
		refused(other, 4 * PAGE, "another buffer of 8192 bytes is mapped at address 16384");
		refused(other, 5 * PAGE, "another buffer");
		refused(buffer, 3 * PAGE, "another buffer");
	}

	private void refused(ZeroCopyBuffer buffer, int address, String reason) {
		assertThatExceptionOfType(GuestAbiException.class).as("address %d", address)
			.isThrownBy(() -> map(buffer, address, BufferAccess.READ_WRITE))
			.withMessageContaining("Module 'test'")
			.withMessageContaining(reason);
	}

	@Test
	void neighboursAndTheWholeMemoryCanBeTaken() {
		try (ZeroCopyBuffer first = buffer(PAGE, 1);
				ZeroCopyBuffer second = buffer(PAGE, 2);
				ZeroCopyBuffer whole = buffer(IMAGE, 3)) {
			map(first, 0, BufferAccess.READ_WRITE);
			map(second, PAGE, BufferAccess.READ_WRITE);
			assertThat(this.memory.loadByte(0)).isEqualTo((byte) 1);
			assertThat(this.memory.loadByte(PAGE)).isEqualTo((byte) 2);
			this.memory.unmapBuffer(0);
			this.memory.unmapBuffer(PAGE);
			map(whole, 0, BufferAccess.READ_ONLY);
			assertThat(content(0, IMAGE)).isEqualTo(content(whole));
			this.memory.unmapBuffer(0);
			assertThat(content(0, IMAGE)).isEqualTo(this.image);
		}
	}

	@ParameterizedTest
	@EnumSource
	void closingTakesBuffersAwayBeforeAnyStrategyRestores(ResetStrategy strategy) {
		if (!ResetCalibration.possible(strategy, IMAGE)) {
			return;
		}
		try (ZeroCopyBuffer shared = buffer(3 * PAGE, 1); ZeroCopyBuffer readOnly = buffer(2 * PAGE, 2)) {
			for (boolean grown : new boolean[] { false, true, false }) {
				byte[] before = content(shared);
				this.memory.grow(grown ? CAPACITY : IMAGE);
				map(shared, IMAGE - 3 * PAGE, BufferAccess.READ_WRITE);
				map(readOnly, PAGE, BufferAccess.READ_ONLY);
				this.memory.fill(0, (grown ? CAPACITY : IMAGE), (byte) 0x5a);
				assertThat(this.memory.close(strategy)).isNotNegative();
				assertThat(content(shared)).isNotEqualTo(before).containsOnly(0x5a);
				assertThat(content(readOnly)).startsWith(2, 3, 4);
				this.memory.open();
				assertThat(content(0, IMAGE)).isEqualTo(this.image);
				assertThat(this.memory.grow(CAPACITY)).isTrue();
				assertThat(content(IMAGE, CAPACITY - IMAGE)).containsOnly(0);
				this.memory.close(strategy);
				this.memory.open();
				shared.view().fill((byte) 3);
			}
		}
	}

	@Test
	void aSlotThatIsGivenUpLetsItsBuffersGo() {
		try (ZeroCopyBuffer shared = buffer(PAGE, 1)) {
			map(shared, 0, BufferAccess.READ_WRITE);
			this.memory.storeByte(1, (byte) 50);
			assertThatIllegalStateException().isThrownBy(shared::close);
			this.memory.slot().release();
			assertThat(content(shared)).startsWith(1, 50, 3);
		}
	}

	@Test
	void aClosedBufferCannotBeMapped() {
		ZeroCopyBuffer buffer = buffer(PAGE, 1);
		buffer.close();
		assertThatIllegalStateException().isThrownBy(() -> map(buffer, 0, BufferAccess.READ_ONLY))
			.withMessageContaining("closed");
		assertThat(content(0, IMAGE)).isEqualTo(this.image);
	}

	/** Compares everything with a model of arrays after each step. */
	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4 })
	void randomStepsDoWhatAModelDoes(long seed) {
		Random random = new Random(seed);
		BufferModel model = new BufferModel(this.memory, this.image, CAPACITY, this::buffer);
		for (int round = 0; round < 16; round++) {
			for (int step = 0; step < 40; step++) {
				model.step(random);
			}
			ResetStrategy strategy = STRATEGIES.get(random.nextInt(STRATEGIES.size()));
			this.memory.close(ResetCalibration.possible(strategy, IMAGE) ? strategy : ResetStrategy.GIVE_BACK);
			model.closed();
			this.memory.open();
			assertThat(Arrays.equals(content(0, IMAGE), this.image)).as("round %d", round).isTrue();
		}
		model.close();
	}

}
