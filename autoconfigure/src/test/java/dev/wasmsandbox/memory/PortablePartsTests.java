package dev.wasmsandbox.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Views where native access is denied, so that they are parts of the allocation. */
class PortablePartsTests {

	private static final int PAGE = 65_536;

	private final MemoryImage image = MemoryBackend.PORTABLE.image(MemorySegment.ofArray(new byte[] { 42 }), PAGE);

	private final OpenMemory memory = new OpenMemory(
			new PortableSlot(this.image, 4 * PAGE, true, MemoryAccount.ofNobody()));

	@Test
	void theyEndWhenTheyAreToldToAndTheMemoryKeepsItsContent() {
		this.memory.open();
		MemorySegment view;
		try (Arena arena = Arena.ofConfined()) {
			view = this.memory.view(0, 8, arena, false);
			view.set(ValueLayout.JAVA_BYTE, 7, (byte) 7);
		}
		this.memory.endViews();
		assertThatIllegalStateException().isThrownBy(() -> view.get(ValueLayout.JAVA_BYTE, 0));
		assertThat(this.memory.loadByte(0)).isEqualTo((byte) 42);
		assertThat(this.memory.loadByte(7)).isEqualTo((byte) 7);
		assertThat(this.memory.size()).isEqualTo(PAGE);
		assertThat(this.memory.grow(2 * PAGE)).isTrue();
		assertThat(this.memory.loadByte(7)).isEqualTo((byte) 7);
		this.memory.close(ResetStrategy.safe());
	}

	@Test
	void nothingIsMovedWhereThereAreNone() {
		this.memory.open();
		MemorySlot slot = this.memory.slot();
		long before = slot.base();
		this.memory.endViews();
		assertThat(slot.base()).isEqualTo(before);
		this.memory.close(ResetStrategy.safe());
		this.memory.endViews();
		assertThat(this.memory.size()).isZero();
	}

}
