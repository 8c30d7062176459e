package dev.wasmsandbox.memory;

import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class MappedBufferTests extends BufferContract {

	MappedBufferTests() {
		super(MemoryBackend.MAPPED);
	}

}
