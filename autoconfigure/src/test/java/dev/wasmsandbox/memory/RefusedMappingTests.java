package dev.wasmsandbox.memory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import dev.wasmsandbox.error.SandboxLimitException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What becomes of a slot when the system refuses something: nothing of it is in bounds
 * any more, and its addresses are neither given to anyone else nor unmapped, because a
 * mapping that failed may have left a hole that is somebody else's by now.
 */
@EnabledOnOs(OS.LINUX)
class RefusedMappingTests {

	private static final int PAGE = 65_536;

	private static final int CAPACITY = 16 * PAGE;

	private final MemorySlab slab = new MemorySlab(
			MemoryBackend.MAPPED.image(MemorySegment.ofArray(new byte[] { 42 }), 2 * PAGE), CAPACITY, 3);

	private final MemorySlot slot = this.slab.take();

	private final long address = this.slot.base();

	private final OpenMemory memory = new OpenMemory(this.slot);

	@AfterEach
	void allow() {
		NativeMemory.refusal = null;
	}

	/** Refuses from the n-th request for the slot's addresses on. */
	private void refuseFrom(int first) {
		AtomicInteger asked = new AtomicInteger();
		NativeMemory.refusal = (at, bytes) -> at >= this.address && at < this.address + CAPACITY
				&& asked.incrementAndGet() >= first;
	}

	/** Gives the slot back and sees that nobody gets it, now or later. */
	private void isGivenUp() throws IOException {
		NativeMemory.refusal = null;
		this.slot.release();
		MemorySlot second = this.slab.take();
		MemorySlot third = this.slab.take();
		long low = Math.min(second.base(), third.base());
		assertThat(this.address).isNotIn(second.base(), third.base());
		second.release();
		third.release();
		this.slab.close();
		assertThat(mappings(this.address, this.address + CAPACITY)).as("the slot given up stays").isPositive();
		assertThat(mappings(low, low + CAPACITY)).as("the others go").isZero();
	}

	private static long mappings(long from, long to) throws IOException {
		try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
			return lines.map((line) -> line.split("[- ]", 3))
				.filter((range) -> Long.parseUnsignedLong(range[0], 16) < to
						&& Long.parseUnsignedLong(range[1], 16) > from)
				.count();
		}
	}

	private void nothingIsInBounds() {
		assertThat(this.memory.size()).isZero();
		assertThatExceptionOfType(MemoryAccessException.class).isThrownBy(() -> this.memory.loadByte(0));
		assertThat(this.memory.grow(2 * PAGE)).isFalse();
		assertThat(this.memory.close(ResetStrategy.GIVE_BACK)).isNegative();
	}

	@Test
	void aSlotThatCannotGrowIsGivenUp() throws IOException {
		this.memory.open();
		refuseFrom(1);
		assertThat(this.memory.grow(3 * PAGE)).isFalse();
		nothingIsInBounds();
		isGivenUp();
	}

	@Test
	void aSlotThatCannotBeClosedOffIsGivenUp() throws IOException {
		refuseFrom(1);
		this.slot.release();
		isGivenUp();
	}

	@Test
	void aSlotThatCannotBeMappedIsGivenUp() throws IOException {
		this.slot.release();
		refuseFrom(1);
		assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(this.slab::take);
		isGivenUp();
	}

	@Test
	void aSlotIntoWhichABufferCannotBeMappedIsGivenUp() throws IOException {
		this.memory.open();
		try (ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(PAGE)) {
			refuseFrom(1);
			assertThatExceptionOfType(SandboxLimitException.class)
				.isThrownBy(() -> this.memory.mapBuffer("test", buffer, 0, BufferAccess.READ_WRITE));
			nothingIsInBounds();
		}
		isGivenUp();
	}

	@Test
	void aSlotFromWhichABufferCannotBeTakenIsGivenUp() throws IOException {
		this.memory.open();
		ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(PAGE);
		this.memory.mapBuffer("test", buffer, PAGE / 2, BufferAccess.READ_WRITE);
		refuseFrom(1);
		assertThatIllegalStateException().isThrownBy(() -> this.memory.unmapBuffer(PAGE / 2))
			.withMessageContaining("given up");
		nothingIsInBounds();
		isGivenUp();
		buffer.close();
	}

	@Test
	void aSlotWithBuffersThatCannotBeMappedAnewIsGivenUp() throws IOException {
		this.memory.open();
		ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(PAGE);
		buffer.view().fill((byte) 7);
		this.memory.mapBuffer("test", buffer, 0, BufferAccess.READ_WRITE);
		refuseFrom(1);
		assertThat(this.memory.close(ResetStrategy.GIVE_BACK)).isNegative();
		assertThat(this.memory.close(ResetStrategy.GIVE_BACK)).isNegative();
		isGivenUp();
		assertThat(buffer.view().toArray(ValueLayout.JAVA_BYTE)).containsOnly((byte) 7);
		buffer.close();
	}

	/**
	 * Pages that are not dropped leave no hole: the slot goes, its addresses stay ours.
	 */
	@Test
	void aSlotWhosePagesCannotBeDroppedIsNotUsedAgainUntilItIsMappedAnew() {
		this.memory.open();
		this.memory.storeByte(0, (byte) 1);
		refuseFrom(1);
		assertThat(this.memory.close(ResetStrategy.GIVE_BACK)).isNegative();
		NativeMemory.refusal = null;
		this.slot.release();
		MemorySlot next = this.slab.take();
		assertThat(next.base()).isEqualTo(this.address);
		OpenMemory other = new OpenMemory(next);
		other.open();
		assertThat(other.loadByte(0)).isEqualTo((byte) 42);
		next.release();
		this.slab.close();
	}

	@Test
	void anImageThatCannotBeSealedIsRefused() {
		long before = MappingBudget.inUse();
		NativeMemory.refusal = (at, bytes) -> bytes == 7L * PAGE;
		assertThatExceptionOfType(SandboxLimitException.class).isThrownBy(() -> MemoryBackend.MAPPED.image(7L * PAGE));
		assertThat(MappingBudget.inUse()).isEqualTo(before);
	}

}
