package dev.wasmsandbox.memory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import dev.wasmsandbox.error.SandboxLimitException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What the kernel counts is never more than what is counted here. */
@EnabledOnOs(OS.LINUX)
class BufferMappingCountTests {

	private static final int PAGE = ZeroCopyBuffer.PAGE;

	private static final List<ResetStrategy> STRATEGIES = List.of(ResetStrategy.values());

	private static final int IMAGE = 4 * 65_536;

	private static final int CAPACITY = 16 * 65_536;

	private final long before = MappingBudget.inUse();

	private final MemoryImage image = MemoryBackend.MAPPED.image(MemorySegment.ofArray(new byte[] { 1 }), IMAGE);

	private final MemorySlab slab = new MemorySlab(this.image, CAPACITY, 2);

	private final MemorySlot slot = this.slab.take();

	/** With the slot, which is one mapping of these. */
	private final long taken = MappingBudget.inUse();

	private final OpenMemory memory = new OpenMemory(this.slot);

	/** Mappings of the kernel in a range of addresses that belongs to nobody else. */
	private static long kernelMappings(long from, long to) throws IOException {
		try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
			return lines.map((line) -> line.split("[- ]", 3))
				.filter((range) -> Long.parseUnsignedLong(range[0], 16) < to
						&& Long.parseUnsignedLong(range[1], 16) > from)
				.count();
		}
	}

	private long kernelMappings() throws IOException {
		return kernelMappings(this.slot.base(), this.slot.base() + CAPACITY);
	}

	/** Those of the slot. */
	private long counted() {
		return MappingBudget.inUse() - this.taken + 1;
	}

	@Test
	void aSlotThatGrewInStepsIsTwoMappings() throws IOException {
		this.memory.open();
		assertThat(kernelMappings()).isEqualTo(1);
		for (int size = IMAGE; size <= CAPACITY; size += 65_536) {
			this.memory.grow(size);
			if (size > IMAGE) {
				this.memory.storeByte(size - 1, (byte) 1);
				assertThat(kernelMappings()).isEqualTo(2);
				assertThat(counted()).isEqualTo(2);
			}
		}
		end();
	}

	@Test
	void eachPlaceTakesTwoAndTheSamePlaceNoneAgain() throws IOException {
		try (ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(MemoryBackend.MAPPED, 2 * PAGE)) {
			this.memory.open();
			for (int i = 0; i < 3; i++) {
				this.memory.mapBuffer("test", buffer, 4 * PAGE, BufferAccess.READ_WRITE);
				// One for the buffer as the host sees it.
				assertThat(counted()).isEqualTo(1 + 1 + 2);
				assertThat(kernelMappings()).isEqualTo(3);
				this.memory.storeByte(0, (byte) 1);
				this.memory.storeByte(20 * PAGE, (byte) 1);
				this.memory.unmapBuffer(4 * PAGE);
				assertThat(kernelMappings()).isLessThanOrEqualTo(3);
			}
			this.memory.mapBuffer("test", buffer, 10 * PAGE, BufferAccess.READ_ONLY);
			assertThat(counted()).isEqualTo(1 + 1 + 4);
			assertThat(this.memory.close(ResetStrategy.GIVE_BACK)).isZero();
			assertThat(counted()).isEqualTo(1 + 1);
			assertThat(kernelMappings()).isEqualTo(1);
		}
		end();
	}

	@Test
	void roundsOfEverythingEndWhereTheyBegan() throws IOException {
		Random random = new Random(64);
		long buffersBefore = buffersInMaps();
		for (int round = 0; round < 64; round++) {
			ZeroCopyBuffer[] buffers = new ZeroCopyBuffer[4];
			for (int i = 0; i < buffers.length; i++) {
				buffers[i] = ZeroCopyBuffer.allocate(MemoryBackend.MAPPED, (1L + random.nextInt(4)) * PAGE);
			}
			this.memory.open();
			for (int step = 0; step < 12; step++) {
				int at = random.nextInt((int) this.memory.size() / PAGE) * PAGE;
				ZeroCopyBuffer buffer = buffers[random.nextInt(buffers.length)];
				if (this.slot.placeIn(at, at + buffer.mappedSize()) != null) {
					this.memory.unmapBuffer(at);
				}
				else if (at + buffer.mappedSize() <= this.memory.size()) {
					this.memory.mapBuffer("test", buffer, at,
							random.nextBoolean() ? BufferAccess.READ_ONLY : BufferAccess.READ_WRITE);
				}
				this.memory.grow(Math.min(CAPACITY, this.memory.size() + 65_536L * random.nextInt(2)));
				this.memory.storeByte(random.nextInt((int) this.memory.size()), (byte) 1);
				assertThat(kernelMappings()).isLessThanOrEqualTo(counted() - buffers.length);
			}
			this.memory.close(STRATEGIES.get(round % STRATEGIES.size()));
			for (ZeroCopyBuffer buffer : buffers) {
				buffer.close();
			}
			assertThat(kernelMappings()).isEqualTo(this.memory.slot().places().isEmpty() ? counted() : -1);
		}
		assertThat(buffersInMaps()).isEqualTo(buffersBefore);
		end();
	}

	private static long buffersInMaps() throws IOException {
		try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
			return lines.filter((line) -> line.contains("wasm-buffer")).count();
		}
	}

	@Test
	void aSlotThatCannotBePutBackIsGivenUpAndReachesNothing() {
		try (ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(MemoryBackend.MAPPED, PAGE)) {
			this.memory.open();
			this.memory.mapBuffer("test", buffer, PAGE, BufferAccess.READ_WRITE);
			// Without its file the kernel refuses to map the image.
			this.image.release();
			assertThatIllegalStateException().isThrownBy(() -> this.memory.unmapBuffer(PAGE))
				.withMessageContaining("given up");
			assertThat(this.memory.size()).isZero();
			assertThat(this.memory.grow(CAPACITY)).isFalse();
			assertThat(this.memory.close(ResetStrategy.COPY_BACK)).isNegative();
			assertThatIllegalStateException().isThrownBy(buffer::close);
			this.slot.release();
		}
		this.slab.close();
		assertThat(counted()).as("what is given up stays mapped, and counted").isPositive();
	}

	@Test
	void whatTheProcessHasNoMappingsForIsRefused() {
		this.memory.open();
		try (ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(MemoryBackend.MAPPED, PAGE)) {
			long taken = 0;
			while (MappingBudget.tryTake(1)) {
				taken++;
			}
			MappingBudget.giveBack(1);
			try {
				assertThatExceptionOfType(SandboxLimitException.class)
					.isThrownBy(() -> this.memory.mapBuffer("test", buffer, PAGE, BufferAccess.READ_WRITE))
					.satisfies((ex) -> assertThat(ex.limit()).isEqualTo("vm.max_map_count"));
			}
			finally {
				MappingBudget.giveBack(taken - 1);
			}
			assertThat(this.memory.loadByte(PAGE)).isZero();
			assertThat(this.memory.loadByte(0)).isEqualTo((byte) 1);
			this.memory.mapBuffer("test", buffer, PAGE, BufferAccess.READ_WRITE);
			this.memory.unmapBuffer(PAGE);
		}
		end();
	}

	private void end() {
		this.slot.release();
		this.slab.close();
		assertThat(MappingBudget.inUse()).isEqualTo(this.before);
	}

}
