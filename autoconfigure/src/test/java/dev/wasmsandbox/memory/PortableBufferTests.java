package dev.wasmsandbox.memory;

class PortableBufferTests extends BufferContract {

	PortableBufferTests() {
		super(MemoryBackend.PORTABLE);
	}

}
