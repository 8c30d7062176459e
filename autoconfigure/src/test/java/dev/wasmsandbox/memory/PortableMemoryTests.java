package dev.wasmsandbox.memory;

class PortableMemoryTests extends FlatMemoryContract {

	PortableMemoryTests() {
		super(MemoryBackend.PORTABLE);
	}

}
