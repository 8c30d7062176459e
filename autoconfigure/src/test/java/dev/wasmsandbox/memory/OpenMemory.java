package dev.wasmsandbox.memory;

/** A linear memory without a guest. */
final class OpenMemory extends FlatMemory {

	OpenMemory(MemorySlot slot) {
		super(slot);
	}

	/** Opens it with the size of the image. */
	void open() {
		openSlot(slot().imageBytes());
	}

	boolean grow(long bytes) {
		return growSlot(bytes);
	}

	long close(ResetStrategy strategy) {
		return closeSlot(strategy);
	}

}
