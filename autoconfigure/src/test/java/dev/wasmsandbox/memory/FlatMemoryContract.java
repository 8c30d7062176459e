package dev.wasmsandbox.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.LongConsumer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

abstract class FlatMemoryContract {

	static final int PAGE = 65_536;

	private final MemoryBackend backend;

	private MemorySlab slab;

	private MemorySlot slot;

	private TestMemory memory;

	FlatMemoryContract(MemoryBackend backend) {
		this.backend = backend;
	}

	@BeforeEach
	void take() {
		MemoryImage image = this.backend.image(MemorySegment.ofArray(new byte[] { 0, 0, 0, 0, 0, 42 }), PAGE);
		this.slab = new MemorySlab(this.backend, image, 8L * PAGE, 2);
		this.slot = this.slab.take();
		this.memory = new TestMemory(this.slot);
	}

	@AfterEach
	void release() {
		this.memory.detachNow();
		this.slot.release();
		this.slab.close();
	}

	@Test
	void everyWidthStopsAtTheEnd() {
		this.memory.open(PAGE);
		record Access(int width, LongConsumer load, LongConsumer store) {
		}
		List<Access> accesses = List.of(
				new Access(1, this.memory::loadByte, (at) -> this.memory.storeByte(at, (byte) 1)),
				new Access(2, this.memory::loadShort, (at) -> this.memory.storeShort(at, (short) 1)),
				new Access(4, this.memory::loadInt, (at) -> this.memory.storeInt(at, 1)),
				new Access(8, this.memory::loadLong, (at) -> this.memory.storeLong(at, 1)),
				new Access(4, this.memory::loadFloat, (at) -> this.memory.storeFloat(at, 1)),
				new Access(8, this.memory::loadDouble, (at) -> this.memory.storeDouble(at, 1)));
		for (Access access : accesses) {
			for (int at : new int[] { 0, 1, PAGE - access.width() }) {
				access.load().accept(at);
				access.store().accept(at);
			}
			for (long at = PAGE - access.width() + 1L; at <= PAGE + 8; at++) {
				refused(access.load(), at);
				refused(access.store(), at);
			}
			for (long at : new long[] { 2L * PAGE, 8L * PAGE, 0x7fff_ffffL, 0x8000_0000L, 0xffff_fff8L, 0xffff_ffffL,
					0x1_ffff_fffeL, Long.MAX_VALUE, Long.MAX_VALUE - 7, Long.MIN_VALUE, -1, -8 }) {
				refused(access.load(), at);
				refused(access.store(), at);
			}
		}
	}

	private static void refused(LongConsumer access, long address) {
		assertThatExceptionOfType(MemoryAccessException.class).as("address %d", address)
			.isThrownBy(() -> access.accept(address));
	}

	@Test
	void valuesAreLittleEndianAndNeedNoAlignment() {
		this.memory.open(PAGE);
		this.memory.storeInt(3, 0x04030201);
		assertThat(this.memory.loadByte(3)).isEqualTo((byte) 1);
		assertThat(this.memory.loadShort(5)).isEqualTo((short) 0x0403);
		this.memory.storeDouble(11, -2.5);
		assertThat(this.memory.loadDouble(11)).isEqualTo(-2.5);
		assertThat(this.memory.loadLong(11)).isEqualTo(Double.doubleToRawLongBits(-2.5));
	}

	@Test
	void bulkRangesAreCheckedAsAWhole() {
		this.memory.open(PAGE);
		this.memory.storeByte(PAGE - 1, (byte) 9);
		assertThatExceptionOfType(MemoryAccessException.class)
			.isThrownBy(() -> this.memory.fill(PAGE - 1, 2, (byte) 5));
		assertThat(this.memory.loadByte(PAGE - 1)).isEqualTo((byte) 9);
		assertThatExceptionOfType(MemoryAccessException.class)
			.isThrownBy(() -> this.memory.fill(1, 0xffff_ffffL, (byte) 5));
		assertThatExceptionOfType(MemoryAccessException.class).isThrownBy(() -> this.memory.move(0, PAGE - 4, 8));
		assertThatExceptionOfType(MemoryAccessException.class).isThrownBy(() -> this.memory.move(PAGE - 4, 0, 8));
		assertThatExceptionOfType(MemoryAccessException.class)
			.isThrownBy(() -> this.memory.write(-1, new byte[4], 0, 4));
		assertThatExceptionOfType(MemoryAccessException.class)
			.isThrownBy(() -> this.memory.read(PAGE - 3, new byte[4], 0, 4));
		this.memory.fill(PAGE, 0, (byte) 1);
	}

	@Test
	void overlappingMovesCopyAsIfThroughABuffer() {
		this.memory.open(PAGE);
		this.memory.write(0, new byte[] { 1, 2, 3, 4, 5 }, 0, 5);
		this.memory.move(1, 0, 4);
		byte[] result = new byte[5];
		this.memory.read(0, result, 0, 5);
		assertThat(result).containsExactly(1, 1, 2, 3, 4);
	}

	@Test
	void aClosedMemoryReachesNothing() {
		this.memory.open(PAGE);
		this.memory.storeByte(0, (byte) 1);
		assertThat(this.memory.close(ResetStrategy.GIVE_BACK)).isNotNegative();
		refused(this.memory::loadByte, 0);
	}

	@ParameterizedTest
	@EnumSource
	void everyStrategyRestoresTheImageAndZeroesBehindIt(ResetStrategy strategy) {
		if (!ResetCalibration.possible(strategy, PAGE)) {
			return;
		}
		for (int round = 0; round < 4; round++) {
			this.memory.open(PAGE);
			assertImage();
			for (int pages : new int[] { 2, 3, 8 }) {
				assertThat(this.memory.grow((long) pages * PAGE)).isTrue();
			}
			byte[] grown = new byte[7 * PAGE];
			this.memory.read(PAGE, grown, 0, grown.length);
			assertThat(grown).containsOnly(0);
			int used = (round % 2 == 0) ? 8 * PAGE : PAGE + 5;
			this.memory.fill(0, used, (byte) 0x5a);
			assertThat(this.memory.close(strategy)).isNotNegative();
		}
		this.memory.open(PAGE);
		assertImage();
		this.memory.storeByte(70, (byte) 1);
		this.memory.storeByte(PAGE - 1, (byte) 1);
		this.memory.close(strategy);
		this.memory.open(PAGE);
		assertImage();
	}

	private void assertImage() {
		byte[] content = new byte[PAGE];
		this.memory.read(0, content, 0, PAGE);
		byte[] expected = new byte[PAGE];
		expected[5] = 42;
		assertThat(content).isEqualTo(expected);
		refused(this.memory::loadByte, PAGE);
	}

	@Test
	void slotsOfOneImageAreApart() {
		MemorySlot otherSlot = this.slab.take();
		TestMemory other = new TestMemory(otherSlot);
		this.memory.open(PAGE);
		other.open(PAGE);
		this.memory.storeInt(0, 1);
		other.storeInt(0, 2);
		assertThat(this.memory.loadInt(0)).isEqualTo(1);
		assertThat(other.loadInt(0)).isEqualTo(2);
		other.close(ResetStrategy.GIVE_BACK);
		otherSlot.release();
		assertThat(this.memory.loadInt(0)).isEqualTo(1);
	}

	@Test
	void growthEndsAtTheCapacityAndKeepsTheContent() {
		this.memory.open(PAGE);
		this.memory.storeLong(100, 77);
		assertThat(this.memory.grow(9L * PAGE)).isFalse();
		assertThat(this.memory.size()).isEqualTo(PAGE);
		assertThat(this.memory.grow(8L * PAGE)).isTrue();
		assertThat(this.memory.loadLong(100)).isEqualTo(77);
		this.memory.storeByte(8 * PAGE - 1, (byte) 3);
		refused(this.memory::loadByte, 8L * PAGE);
	}

	@Test
	void viewsAreBoundedAndDieWithTheirArena() {
		this.memory.open(PAGE);
		MemorySegment view;
		try (Arena arena = Arena.ofConfined()) {
			view = this.memory.view(16, 8, arena, false);
			view.set(ValueLayout.JAVA_BYTE, 7, (byte) 3);
			assertThat(this.memory.loadByte(23)).isEqualTo((byte) 3);
			MemorySegment bounded = view;
			assertThatExceptionOfType(IndexOutOfBoundsException.class)
				.isThrownBy(() -> bounded.get(ValueLayout.JAVA_BYTE, 8));
			MemorySegment readOnly = this.memory.view(16, 8, arena, true);
			assertThatExceptionOfType(IllegalArgumentException.class)
				.isThrownBy(() -> readOnly.set(ValueLayout.JAVA_BYTE, 0, (byte) 1));
		}
		MemorySegment dead = view;
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> dead.get(ValueLayout.JAVA_BYTE, 0));
	}

	private static final class TestMemory extends FlatMemory {

		TestMemory(MemorySlot slot) {
			super(slot);
		}

		void open(long bytes) {
			openSlot(bytes);
		}

		boolean grow(long bytes) {
			return growSlot(bytes);
		}

		long close(ResetStrategy strategy) {
			return closeSlot(strategy);
		}

		void detachNow() {
			closeSlot(ResetStrategy.GIVE_BACK);
		}

	}

}
