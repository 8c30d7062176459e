package dev.wasmsandbox.abi;

import java.lang.foreign.MemorySegment;

import dev.wasmsandbox.abi.AssemblyScriptClasses.Layout;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.guest.CallBlocks;
import dev.wasmsandbox.guest.GuestAccess;
import dev.wasmsandbox.guest.GuestMemory;
import org.jspecify.annotations.Nullable;

/**
 * Makes AssemblyScript's objects of the arguments of one call. All that is reached from
 * nowhere else is pinned until the call is over.
 */
final class AssemblyScriptObjects {

	static final int REFERENCE_BYTES = 4;

	/** A reference to the buffer, where the data begin, and their length in bytes. */
	static final int VIEW_BYTES = 12;

	/** As a view, with the buffer's length, and the number of elements behind it. */
	static final int LIST_BYTES = 16;

	private final GuestAccess guest;

	private final String function;

	private final CallBlocks blocks;

	AssemblyScriptObjects(GuestAccess guest, String function, CallBlocks blocks) {
		this.guest = guest;
		this.function = function;
		this.blocks = blocks;
	}

	/** A string of its bytes in UTF-16. */
	int string(MemorySegment bytes) {
		return object(bytes, AssemblyScriptClasses.STRING);
	}

	private int object(MemorySegment bytes, int classId) {
		int address = this.blocks.allocateObject((int) bytes.byteSize(), classId);
		this.guest.memory().write(address, bytes);
		return address;
	}

	/** An array of numbers. */
	int array(MemorySegment bytes, Layout layout, int elementSize) {
		if (layout.family() == AssemblyScriptFamily.STATIC) {
			return object(bytes, layout.classId());
		}
		int buffer = object(bytes, AssemblyScriptClasses.ARRAY_BUFFER);
		return over(buffer, layout, (int) bytes.byteSize(), (int) bytes.byteSize() / elementSize);
	}

	/** An array or view on a buffer of its own, which stays pinned as long as it is. */
	private int over(int buffer, Layout layout, int bytes, int elements) {
		boolean list = layout.family() == AssemblyScriptFamily.LIST;
		int address = this.blocks.allocateObject(list ? LIST_BYTES : VIEW_BYTES, layout.classId());
		GuestMemory memory = this.guest.memory();
		memory.writeInt(address, buffer);
		memory.writeInt(address + 4, buffer);
		memory.writeInt(address + 8, bytes);
		if (list) {
			memory.writeInt(address + 12, elements);
		}
		return address;
	}

	/**
	 * An array of strings. The array is pinned before there is any of them, and refers to
	 * each as soon as it is there, so that its collector finds them all; only so many
	 * objects are pinned as there are arrays.
	 * @param index which argument it is, from 0
	 */
	int texts(int index, @Nullable String[] texts, Layout layout) {
		requireElements(index, texts, layout.nullable());
		MemorySegment none = MemorySegment.ofArray(new byte[texts.length * REFERENCE_BYTES]);
		int elements;
		int array;
		if (layout.family() == AssemblyScriptFamily.STATIC) {
			array = object(none, layout.classId());
			elements = array;
		}
		else {
			elements = object(none, AssemblyScriptClasses.ARRAY_BUFFER);
			array = over(elements, layout, (int) none.byteSize(), texts.length);
		}
		int[] addresses = new int[texts.length];
		int[] sizes = new int[texts.length];
		for (int i = 0; i < texts.length; i++) {
			String text = texts[i];
			if (text != null) {
				MemorySegment bytes = ArrayValues.utf16(text);
				sizes[i] = (int) bytes.byteSize();
				addresses[i] = this.blocks.allocateReferenced(sizes[i], AssemblyScriptClasses.STRING);
				this.guest.memory().write(addresses[i], bytes);
				this.guest.memory().writeInt(elements + i * REFERENCE_BYTES, addresses[i]);
			}
		}
		this.blocks.requireApart(addresses, sizes);
		return array;
	}

	private void requireElements(int index, @Nullable String[] texts, boolean nullable) {
		if (texts.length > Integer.MAX_VALUE / REFERENCE_BYTES) {
			throw ArrayValues.tooLarge(this.guest.moduleName(), this.function, index,
					(long) texts.length * REFERENCE_BYTES);
		}
		for (int i = 0; !nullable && i < texts.length; i++) {
			if (texts[i] == null) {
				throw new GuestAbiException(this.guest.moduleName(), this.function, "argument " + (index + 1)
						+ " has null at index " + i + ", but the elements of the guest's class are never null", null);
			}
		}
	}

}
