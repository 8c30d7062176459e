package dev.wasmsandbox.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.IntConsumer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class FlatMemoryTests {

	private static final int PAGE = 65_536;

	private final MemorySlot slot = MemorySlot.reserve(4L * PAGE);

	private final TestMemory memory = new TestMemory(this.slot);

	@AfterEach
	void release() {
		this.memory.size(0);
		this.slot.release();
	}

	@Test
	void everyWidthStopsAtTheEnd() {
		this.memory.size(PAGE);
		record Access(int width, IntConsumer load, IntConsumer store) {
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
			for (long at : new long[] { 2L * PAGE, 4L * PAGE, 0x7fff_ffffL, 0x8000_0000L, 0xffff_fff8L,
					0xffff_ffffL }) {
				refused(access.load(), at);
				refused(access.store(), at);
			}
		}
	}

	private static void refused(IntConsumer access, long address) {
		assertThatExceptionOfType(MemoryAccessException.class).as("address %d", address)
			.isThrownBy(() -> access.accept((int) address));
	}

	@Test
	void valuesAreLittleEndianAndNeedNoAlignment() {
		this.memory.size(PAGE);
		this.memory.storeInt(3, 0x04030201);
		assertThat(this.memory.loadByte(3)).isEqualTo((byte) 1);
		assertThat(this.memory.loadShort(5)).isEqualTo((short) 0x0403);
		this.memory.storeDouble(11, -2.5);
		assertThat(this.memory.loadDouble(11)).isEqualTo(-2.5);
		assertThat(this.memory.loadLong(11)).isEqualTo(Double.doubleToRawLongBits(-2.5));
	}

	@Test
	void bulkRangesAreCheckedAsAWhole() {
		this.memory.size(PAGE);
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
		this.memory.size(PAGE);
		this.memory.write(0, new byte[] { 1, 2, 3, 4, 5 }, 0, 5);
		this.memory.move(1, 0, 4);
		byte[] result = new byte[5];
		this.memory.read(0, result, 0, 5);
		assertThat(result).containsExactly(1, 1, 2, 3, 4);
	}

	@Test
	void aMemoryOfSizeZeroReachesNothing() {
		this.memory.size(PAGE);
		this.memory.storeByte(0, (byte) 1);
		this.memory.size(0);
		refused(this.memory::loadByte, 0);
	}

	@Test
	void clearingLeavesZeroesWhetherInPlaceOrByDroppingPages() {
		for (long used : new long[] { PAGE, 4L * PAGE }) {
			this.memory.size(used);
			this.memory.fill(0, used, (byte) 0x5a);
			assertThat(this.slot.clear(used)).isTrue();
			try (Arena arena = Arena.ofConfined()) {
				MemorySegment all = this.memory.view(0, (int) used, arena, true);
				assertThat(all.mismatch(MemorySegment.ofArray(new byte[(int) used]))).isEqualTo(-1);
			}
		}
	}

	@Test
	void viewsAreBoundedAndDieWithTheirArena() {
		this.memory.size(PAGE);
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

	@Test
	void sizesBeyondTheSlotAreRefused() {
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> this.memory.size(4L * PAGE + 1));
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> MemorySlot.reserve(PAGE + 1));
	}

	@Test
	void aReleasedSlotCanBeReleasedAgain() {
		MemorySlot other = MemorySlot.reserve(PAGE);
		other.release();
		other.release();
		assertThat(other.address()).isZero();
	}

	private static final class TestMemory extends FlatMemory {

		TestMemory(MemorySlot slot) {
			super(slot);
		}

		void size(long bytes) {
			resize(bytes);
		}

	}

}
