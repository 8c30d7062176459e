package dev.wasmsandbox.memory;

import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class MappedMemoryTests extends FlatMemoryContract {

	MappedMemoryTests() {
		super(MemoryBackend.MAPPED);
	}

}
