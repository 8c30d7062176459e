package dev.wasmsandbox.abi;

import java.lang.foreign.MemorySegment;
import java.util.function.Function;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.guest.GuestAccess;
import dev.wasmsandbox.guest.GuestMemory;
import org.jspecify.annotations.Nullable;

/**
 * Reads the object that a function of an AssemblyScript module has answered. Every
 * address, class and length is read once and checked before it is believed; one that
 * cannot be true ends the trust in the guest. Nothing is called meanwhile, so that
 * nothing is collected.
 */
final class AssemblyScriptAnswer {

	/** The class of an object and its size lie before it; its collector's words too. */
	private static final int HEADER_BYTES = 20;

	private static final int CLASS_OFFSET = -8;

	private static final int SIZE_OFFSET = -4;

	private final GuestAccess guest;

	private final String function;

	private final ValueKind wanted;

	private final AbiCall call;

	AssemblyScriptAnswer(GuestAccess guest, String function, ValueKind wanted, AbiCall call) {
		this.guest = guest;
		this.function = function;
		this.wanted = wanted;
		this.call = call;
	}

	/** Answers the call with the object at an address; a null is no answer. */
	void take(int object) {
		if (object == 0) {
			return;
		}
		int size = size(object);
		int classId = classId(object);
		if (this.wanted == ValueKind.STRING) {
			require(classId == AssemblyScriptClasses.STRING, classId);
			answer(object, size, Character.BYTES);
		}
		else if (this.wanted == ValueKind.BYTES && classId == AssemblyScriptClasses.ARRAY_BUFFER) {
			answer(object, size, 1);
		}
		else {
			array(object, classId, size);
		}
	}

	private void array(int object, int classId, long size) {
		AssemblyScriptClasses classes = AssemblyScriptClasses.of(this.guest, this.function);
		int each = (this.wanted == ValueKind.STRINGS) ? AssemblyScriptObjects.REFERENCE_BYTES
				: this.wanted.elementSize();
		GuestMemory memory = this.guest.memory();
		if (classes.is(classId, AssemblyScriptFamily.VIEW, this.wanted) && size >= AssemblyScriptObjects.VIEW_BYTES) {
			int start = memory.readInt(object + 4);
			long bytes = Integer.toUnsignedLong(memory.readInt(object + 8));
			requireWithin(start, bytes);
			answer(start, bytes, each);
		}
		else if (classes.is(classId, AssemblyScriptFamily.LIST, this.wanted)
				&& size >= AssemblyScriptObjects.LIST_BYTES) {
			int start = memory.readInt(object + 4);
			long bytes = Integer.toUnsignedLong(memory.readInt(object + 12)) * each;
			requireList(object, start, bytes);
			answer(start, bytes, each);
		}
		else {
			require(classes.is(classId, AssemblyScriptFamily.STATIC, this.wanted), classId);
			answer(object, size, each);
		}
	}

	/** The elements of a list lie in its buffer, which is one. */
	private void requireList(int object, int start, long bytes) {
		requireWithin(start, bytes);
		GuestMemory memory = this.guest.memory();
		int buffer = memory.readInt(object);
		long capacity = Integer.toUnsignedLong(memory.readInt(object + 8));
		long held = size(buffer);
		long offset = Integer.toUnsignedLong(start) - Integer.toUnsignedLong(buffer);
		if (classId(buffer) != AssemblyScriptClasses.ARRAY_BUFFER || bytes > capacity || offset < 0
				|| bytes > held - offset) {
			throw this.guest.distrust(new GuestAbiException(this.guest.moduleName(), this.function,
					"it answered an " + "array of " + bytes + " bytes at address " + Integer.toUnsignedString(start)
							+ ", which do not lie in its buffer of " + held + " bytes at "
							+ Integer.toUnsignedString(buffer) + "; the session runs no further calls",
					null));
		}
	}

	/** The size of an object, all of which lies in the memory. */
	private int size(int object) {
		requireWithin(object - HEADER_BYTES, HEADER_BYTES);
		int size = this.guest.memory().readInt(object + SIZE_OFFSET);
		requireWithin(object, Integer.toUnsignedLong(size));
		return size;
	}

	private int classId(int object) {
		return this.guest.memory().readInt(object + CLASS_OFFSET);
	}

	private void answer(int address, long bytes, int each) {
		this.guest.requireResultSize(this.function, bytes);
		if (bytes % each != 0) {
			throw this.guest.distrust(new GuestAbiException(this.guest.moduleName(), this.function,
					"it answered " + bytes + " bytes, which are no whole number of elements of " + each + " bytes",
					null));
		}
		Function<MemorySegment, ?> reader = this.call.reader();
		if (this.wanted == ValueKind.STRINGS) {
			this.call.answer(texts(address, (int) bytes / each));
		}
		else if (reader != null) {
			Object read = this.guest.read(address, (int) bytes, reader);
			if (read != null) {
				this.call.answer(read);
			}
		}
		else if (this.wanted == ValueKind.STRING) {
			this.call.answer(text(address, (int) bytes));
		}
		else {
			Object array = ArrayValues.newArray(this.wanted, (int) bytes / each);
			fill(address, ArrayValues.segment(array), each);
			this.call.answer(array);
		}
	}

	private String text(int address, int bytes) {
		char[] units = new char[bytes / Character.BYTES];
		fill(address, MemorySegment.ofArray(units), Character.BYTES);
		return new String(units);
	}

	private void fill(int address, MemorySegment target, int elementSize) {
		this.guest.memory().read(address, target);
		ArrayValues.filled(target, elementSize);
	}

	/**
	 * The texts that references lead to. Many may lead to the same one, so that the host
	 * would allocate far more than the guest has: each counts as if it were its own.
	 */
	private @Nullable String[] texts(int address, int count) {
		long counted = (long) count * (AssemblyScriptObjects.REFERENCE_BYTES + HEADER_BYTES);
		this.guest.requireResultSize(this.function, counted);
		int[] references = new int[count];
		fill(address, MemorySegment.ofArray(references), AssemblyScriptObjects.REFERENCE_BYTES);
		@Nullable String[] texts = new String[count];
		for (int i = 0; i < count; i++) {
			int object = references[i];
			if (object != 0) {
				int size = size(object);
				int classId = classId(object);
				require(classId == AssemblyScriptClasses.STRING && size % Character.BYTES == 0, classId);
				counted += size;
				this.guest.requireResultSize(this.function, counted);
				texts[i] = text(object, size);
			}
		}
		return texts;
	}

	private void require(boolean fits, int classId) {
		if (!fits) {
			throw new GuestAbiException(this.guest.moduleName(), this.function, "wanted was " + this.wanted
					+ ", but it answered an object of its class " + Integer.toUnsignedString(classId)
					+ ", which is none; strings, array buffers, and typed and static arrays and Arrays of the same "
					+ "elements are read", null);
		}
	}

	private void requireWithin(int address, long bytes) {
		Exports.requireWithin(this.guest, this.function, address, bytes);
	}

}
