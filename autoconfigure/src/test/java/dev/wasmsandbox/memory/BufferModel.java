package dev.wasmsandbox.memory;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A memory and some buffers, and what arrays say must be in them. Each buffer is in one
 * place at a time; shared ones are compared when they are unmapped, because only then are
 * copies written back.
 */
final class BufferModel implements AutoCloseable {

	private static final int PAGE = ZeroCopyBuffer.PAGE;

	private static final int BUFFERS = 5;

	private final OpenMemory memory;

	private final byte[] image;

	private final byte[] expected;

	private final ZeroCopyBuffer[] buffers = new ZeroCopyBuffer[BUFFERS];

	private final byte[][] contents = new byte[BUFFERS][];

	/** Where each is mapped, or -1. */
	private final int[] addresses = new int[BUFFERS];

	private final BufferAccess[] accesses = new BufferAccess[BUFFERS];

	interface Maker {

		ZeroCopyBuffer make(int bytes, int first);

	}

	BufferModel(OpenMemory memory, byte[] image, int capacity, Maker maker) {
		this.memory = memory;
		this.image = image;
		this.expected = Arrays.copyOf(image, capacity);
		for (int i = 0; i < BUFFERS; i++) {
			this.buffers[i] = maker.make((i + 1) * PAGE, i);
			this.contents[i] = this.buffers[i].view().toArray(ValueLayout.JAVA_BYTE);
			this.addresses[i] = -1;
		}
	}

	void step(Random random) {
		int one = random.nextInt(BUFFERS);
		switch (random.nextInt(5)) {
			case 0 -> write(random);
			case 1 -> grow(random);
			default -> {
				if (this.addresses[one] >= 0) {
					this.memory.unmapBuffer(this.addresses[one]);
					unmapped(one);
				}
				else {
					map(one, random.nextInt((int) this.memory.size() / PAGE) * PAGE, random.nextBoolean());
				}
				write(random);
			}
		}
		compare();
	}

	private void map(int one, int address, boolean shared) {
		int end = address + this.contents[one].length;
		for (int other = 0; other < BUFFERS; other++) {
			int from = this.addresses[other];
			if (from >= 0 && from < end && address < from + this.contents[other].length) {
				return;
			}
		}
		if (end > this.memory.size()) {
			return;
		}
		this.accesses[one] = shared ? BufferAccess.READ_WRITE : BufferAccess.READ_ONLY;
		this.memory.mapBuffer("model", this.buffers[one], address, this.accesses[one]);
		this.addresses[one] = address;
		System.arraycopy(this.contents[one], 0, this.expected, address, this.contents[one].length);
	}

	private void unmapped(int one) {
		int address = this.addresses[one];
		int end = address + this.contents[one].length;
		this.addresses[one] = -1;
		if (this.accesses[one] == BufferAccess.READ_WRITE) {
			this.contents[one] = Arrays.copyOfRange(this.expected, address, end);
		}
		assertThat(this.buffers[one].view().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(this.contents[one]);
		for (int i = address; i < end; i++) {
			this.expected[i] = (i < this.image.length) ? this.image[i] : 0;
		}
	}

	private void write(Random random) {
		int at = random.nextInt((int) this.memory.size());
		byte value = (byte) random.nextInt();
		this.memory.storeByte(at, value);
		this.expected[at] = value;
	}

	private void grow(Random random) {
		long wanted = this.memory.size() + 65_536L * random.nextInt(2);
		if (wanted <= this.expected.length) {
			assertThat(this.memory.grow(wanted)).isTrue();
		}
	}

	private void compare() {
		byte[] found = new byte[(int) this.memory.size()];
		this.memory.read(0, found, 0, found.length);
		assertThat(Arrays.mismatch(found, 0, found.length, this.expected, 0, found.length)).isEqualTo(-1);
	}

	/** Says that the memory was closed. */
	void closed() {
		for (int i = 0; i < BUFFERS; i++) {
			if (this.addresses[i] >= 0) {
				unmapped(i);
			}
		}
		Arrays.fill(this.expected, (byte) 0);
		System.arraycopy(this.image, 0, this.expected, 0, this.image.length);
	}

	@Override
	public void close() {
		for (ZeroCopyBuffer buffer : this.buffers) {
			buffer.close();
		}
	}

}
