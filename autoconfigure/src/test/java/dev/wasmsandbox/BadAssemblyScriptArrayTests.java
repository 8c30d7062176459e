package dev.wasmsandbox;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.guest.GuestMemory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Arrays as a guest of AssemblyScript's may answer that lies: it answers whatever objects
 * the test puts into its memory.
 */
class BadAssemblyScriptArrayTests {

	private static final int END = 65_536;

	private static final int BUFFER = 1;

	private static final int STRING = 2;

	/** {@code Array<i32>}: of the family, elements of four bytes, signed. */
	private static final int INTS = 3;

	/** {@code Array<string | null>}. */
	private static final int TEXTS = 4;

	private static final int LIST = 2_000;

	private static final int ELEMENTS = 3_000;

	private static final int TEXT = 4_000;

	private static final byte[] MODULE = Wat.assemble(
			"""
					(module
					  (memory (export "memory") 1 1)
					  (global $top (mut i32) (i32.const 8192))
					  (global (export "__rtti_base") i32 (i32.const 512))
					  ;; Object, ArrayBuffer, String, Array<i32>, Array<string | null>
					  (data (i32.const 512) "\\05\\00\\00\\00\\20\\00\\00\\00\\20\\00\\00\\00\\20\\00\\00\\00\\02\\09\\00\\00\\02\\61\\00\\00")
					  (global $stuck (mut i32) (i32.const 0))
					  (func (export "__new") (param $size i32) (param $id i32) (result i32) (local $at i32)
					    (local.set $at (i32.add (global.get $top) (i32.const 20)))
					    (if (i32.and (i32.ne (global.get $stuck) (i32.const 0)) (i32.eq (local.get $id) (i32.const 2)))
					      (then (return (global.get $stuck))))
					    (i32.store (i32.sub (local.get $at) (i32.const 8)) (local.get $id))
					    (i32.store (i32.sub (local.get $at) (i32.const 4)) (local.get $size))
					    (global.set $top (i32.and (i32.const -16)
					      (i32.add (local.get $at) (i32.add (local.get $size) (i32.const 15)))))
					    (local.get $at))
					  (func (export "__pin") (param i32) (result i32) (local.get 0))
					  (func (export "__unpin") (param i32))
					  (func (export "stick") (param i32) (global.set $stuck (local.get 0)))
					  (func (export "same") (param i32) (result i32) (local.get 0)))
					""");

	private final WasmSandbox sandbox = WasmSandbox.builder().name("liar").source(MODULE).build();

	private final SandboxSession session = this.sandbox.openSession();

	private final GuestMemory memory = this.session.memory();

	@AfterEach
	void nothingStaysLeased() {
		this.session.close();
		assertThat(this.sandbox.pool().statistics().leased()).isZero();
		this.sandbox.close();
	}

	private void object(int address, int classId, int size) {
		this.memory.writeInt(address - 8, classId);
		this.memory.writeInt(address - 4, size);
	}

	private void list(int classId, int buffer, int start, int capacity, int length) {
		object(LIST, classId, 16);
		this.memory.writeInt(LIST, buffer);
		this.memory.writeInt(LIST + 4, start);
		this.memory.writeInt(LIST + 8, capacity);
		this.memory.writeInt(LIST + 12, length);
	}

	private void texts(int... references) {
		object(ELEMENTS, BUFFER, references.length * 4);
		for (int i = 0; i < references.length; i++) {
			this.memory.writeInt(ELEMENTS + i * 4, references[i]);
		}
		list(TEXTS, ELEMENTS, ELEMENTS, references.length * 4, references.length);
	}

	private void refusedForGood(Class<?> type) {
		assertThatExceptionOfType(GuestAbiException.class).isThrownBy(() -> this.session.call("same", type, LIST));
		assertThatIllegalStateException().isThrownBy(() -> this.session.call("same", int.class, LIST));
	}

	@Test
	void anHonestGuestIsUnderstood() {
		object(ELEMENTS, BUFFER, 12);
		this.memory.writeInt(ELEMENTS + 4, 7);
		list(INTS, ELEMENTS, ELEMENTS + 4, 8, 2);
		assertThat(this.session.call("same", int[].class, LIST)).containsExactly(7, 0);
		object(TEXT, STRING, 2);
		this.memory.writeShort(TEXT, (short) 'x');
		texts(TEXT, 0, TEXT);
		assertThat(this.session.call("same", String[].class, LIST)).containsExactly("x", null, "x");
		@Nullable String[] holed = { "a", null, "" };
		assertThat(this.session.call("same", String[].class, (Object) holed)).as("null where it may be")
			.containsExactly("a", null, "");
	}

	@ParameterizedTest
	@ValueSource(ints = { 4, 0x1000_0000, 0x4000_0000, Integer.MAX_VALUE, Integer.MIN_VALUE, -1, END })
	void aLengthBeyondItsBufferEndsTheTrust(int length) {
		object(ELEMENTS, BUFFER, 12);
		list(INTS, ELEMENTS, ELEMENTS, 12, length);
		refusedForGood(int[].class);
	}

	@ParameterizedTest
	@ValueSource(
			ints = { -1, 0, 4, END, END - 4, Integer.MIN_VALUE, Integer.MAX_VALUE, ELEMENTS - 4, ELEMENTS + 8, -16 })
	void dataOutsideOfItsBufferEndsTheTrust(int start) {
		object(ELEMENTS, BUFFER, 12);
		list(INTS, ELEMENTS, start, 12, 2);
		refusedForGood(int[].class);
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, 0, 4, 19, END + 20, Integer.MIN_VALUE, Integer.MAX_VALUE, TEXT })
	void aBufferThatIsNoneEndsTheTrust(int buffer) {
		object(TEXT, STRING, 1_000);
		list(INTS, buffer, TEXT, 12, 2);
		refusedForGood(int[].class);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 19, -1, END + 20, END + 4, Integer.MAX_VALUE, Integer.MIN_VALUE })
	void anElementOutsideOfTheMemoryEndsTheTrust(int element) {
		object(TEXT, STRING, 0);
		texts(TEXT, element);
		refusedForGood(String[].class);
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, -2, Integer.MAX_VALUE, Integer.MIN_VALUE, END })
	void anElementOfAnAbsurdSizeEndsTheTrust(int size) {
		object(TEXT, STRING, size);
		texts(TEXT);
		refusedForGood(String[].class);
	}

	@Test
	void anElementThatIsNoStringIsNone() {
		object(TEXT, BUFFER, 4);
		texts(TEXT);
		assertThatExceptionOfType(GuestAbiException.class)
			.isThrownBy(() -> this.session.call("same", String[].class, LIST))
			.withMessageContaining("it answered an object of its class 1");
		object(TEXT, STRING, 3);
		assertThatExceptionOfType(GuestAbiException.class)
			.isThrownBy(() -> this.session.call("same", String[].class, LIST));
		assertThatExceptionOfType(GuestAbiException.class)
			.isThrownBy(() -> this.session.call("same", int[].class, LIST))
			.withMessageContaining("its class 4");
		object(TEXT, STRING, 0);
		assertThat(this.session.call("same", String[].class, LIST)).containsExactly("");
	}

	@ParameterizedTest
	@ValueSource(ints = { 9_000, 8_220, END, -16 })
	void stringsThatOverlapEndTheTrust(int address) {
		this.session.call("stick", void.class, address);
		assertThatExceptionOfType(WasmSandboxException.class)
			.isThrownBy(() -> this.session.call("same", String[].class, (Object) new String[] { "first", "second" }))
			.withMessageContaining((address < 0 || address == END) ? "does not lie within" : "overlaps the live block");
		assertThatIllegalStateException().isThrownBy(() -> this.session.call("same", int.class, LIST));
	}

	@Test
	void noMemoryLeftIsHonest() {
		String[] large = { "x".repeat(40_000) };
		assertThatExceptionOfType(WasmSandboxException.class)
			.isThrownBy(() -> this.session.call("same", String[].class, (Object) large));
	}

}
