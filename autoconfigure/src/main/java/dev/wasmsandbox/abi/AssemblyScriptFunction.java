package dev.wasmsandbox.abi;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.Function;

import dev.wasmsandbox.abi.AssemblyScriptClasses.Layout;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.guest.CallBlocks;
import dev.wasmsandbox.guest.GuestAccess;
import dev.wasmsandbox.guest.GuestMemory;
import dev.wasmsandbox.screen.ModuleExport;
import org.jspecify.annotations.Nullable;

/**
 * A function of an AssemblyScript module. What the headers of its objects say is checked
 * before it is believed; a range outside of its memory ends the trust.
 */
final class AssemblyScriptFunction implements AbiFunction {

	/** The class of an object and its size lie before it; its collector's words too. */
	private static final int HEADER_BYTES = 20;

	private static final int CLASS_OFFSET = -8;

	private static final int SIZE_OFFSET = -4;

	private static final int VIEW_BYTES = 12;

	private final ModuleExport export;

	private final ValueKind[] kinds;

	private final Widening[] widenings;

	private final ValueKind result;

	private final Widening resultWidening;

	/** Has to be told how many arguments there are, where some are optional. */
	private final @Nullable ModuleExport argumentsLength;

	private final boolean statics;

	AssemblyScriptFunction(ModuleExport export, CallShape shape, Widening[] widenings, Widening resultWidening,
			@Nullable ModuleExport argumentsLength, boolean statics) {
		this.export = export;
		this.kinds = shape.parameters().toArray(ValueKind[]::new);
		this.widenings = widenings;
		this.result = shape.result();
		this.resultWidening = resultWidening;
		this.argumentsLength = argumentsLength;
		this.statics = statics;
	}

	@Override
	public void call(GuestAccess guest, AbiCall call) {
		CallBlocks blocks = guest.blocks();
		int mark = blocks.mark();
		try {
			long[] raw = pass(guest, blocks, call, encode(guest, call));
			ModuleExport length = this.argumentsLength;
			if (length != null) {
				guest.call(length, this.kinds.length);
			}
			long[] results = guest.call(this.export, raw);
			if (this.result.isNumber()) {
				call.answer(this.resultWidening.apply(Objects.requireNonNull(results)[0]));
			}
			else if (this.result != ValueKind.NONE) {
				take(guest, call, (int) Objects.requireNonNull(results)[0]);
			}
		}
		catch (Throwable ex) {
			blocks.releaseAfter(ex, mark);
			throw ex;
		}
		blocks.release(mark);
	}

	/** Before anything is allocated, because arguments may be refused. */
	private @Nullable MemorySegment[] encode(GuestAccess guest, AbiCall call) {
		@Nullable MemorySegment[] encoded = new MemorySegment[this.kinds.length];
		for (int i = 0; i < encoded.length; i++) {
			ValueKind kind = this.kinds[i];
			if (!kind.isNumber()) {
				Object value = call.value(i);
				encoded[i] = (kind == ValueKind.STRING && value instanceof String text) ? ArrayValues.utf16(text)
						: ArrayValues.bytes(guest.moduleName(), this.export.name(), i, kind, value);
			}
		}
		return encoded;
	}

	private long[] pass(GuestAccess guest, CallBlocks blocks, AbiCall call, @Nullable MemorySegment[] encoded) {
		long[] raw = new long[encoded.length];
		for (int i = 0; i < raw.length; i++) {
			MemorySegment bytes = encoded[i];
			if (bytes == null) {
				raw[i] = this.widenings[i].apply(call.number(i));
			}
			else if (this.kinds[i] == ValueKind.STRING) {
				raw[i] = object(guest, blocks, bytes, AssemblyScriptClasses.STRING);
			}
			else {
				AssemblyScriptClasses classes = AssemblyScriptClasses.of(guest, this.export.name());
				Layout layout = classes.layout(guest, this.export.name(), this.kinds[i], this.statics);
				raw[i] = layout.view() ? view(guest, blocks, bytes, layout.classId())
						: object(guest, blocks, bytes, layout.classId());
			}
		}
		return raw;
	}

	private static int object(GuestAccess guest, CallBlocks blocks, MemorySegment bytes, int classId) {
		int address = blocks.allocateObject((int) bytes.byteSize(), classId);
		guest.memory().write(address, bytes);
		return address;
	}

	/** A typed array on a buffer of its own, which stays pinned as long as the view. */
	private static int view(GuestAccess guest, CallBlocks blocks, MemorySegment bytes, int classId) {
		int buffer = object(guest, blocks, bytes, AssemblyScriptClasses.ARRAY_BUFFER);
		int view = blocks.allocateObject(VIEW_BYTES, classId);
		GuestMemory memory = guest.memory();
		memory.writeInt(view, buffer);
		memory.writeInt(view + 4, buffer);
		memory.writeInt(view + 8, (int) bytes.byteSize());
		return view;
	}

	/** Nothing is called between the function and this, so that nothing is collected. */
	private void take(GuestAccess guest, AbiCall call, int object) {
		if (object == 0) {
			return;
		}
		requireWithin(guest, object - HEADER_BYTES, HEADER_BYTES);
		GuestMemory memory = guest.memory();
		int classId = memory.readInt(object + CLASS_OFFSET);
		int size = memory.readInt(object + SIZE_OFFSET);
		requireWithin(guest, object, Integer.toUnsignedLong(size));
		if (this.result == ValueKind.STRING) {
			require(guest, classId == AssemblyScriptClasses.STRING, classId);
			read(guest, call, object, size, Character.BYTES);
			return;
		}
		if (classId == AssemblyScriptClasses.ARRAY_BUFFER && this.result == ValueKind.BYTES) {
			read(guest, call, object, size, 1);
			return;
		}
		AssemblyScriptClasses classes = AssemblyScriptClasses.of(guest, this.export.name());
		if (classes.isView(classId, this.result) && size >= VIEW_BYTES) {
			int start = memory.readInt(object + 4);
			int length = memory.readInt(object + 8);
			requireWithin(guest, start, Integer.toUnsignedLong(length));
			read(guest, call, start, length, this.result.elementSize());
		}
		else {
			require(guest, classes.isStatic(classId, this.result), classId);
			read(guest, call, object, size, this.result.elementSize());
		}
	}

	private void read(GuestAccess guest, AbiCall call, int address, int bytes, int each) {
		guest.requireResultSize(this.export.name(), bytes);
		if (bytes % each != 0) {
			throw guest.distrust(new GuestAbiException(guest.moduleName(), this.export.name(),
					"it answered " + bytes + " bytes, which are no whole number of elements of " + each + " bytes",
					null));
		}
		Function<MemorySegment, ?> reader = call.reader();
		if (reader != null) {
			Object read = guest.read(address, bytes, reader);
			if (read != null) {
				call.answer(read);
			}
			return;
		}
		if (this.result == ValueKind.STRING) {
			char[] units = new char[bytes / Character.BYTES];
			fill(guest, address, MemorySegment.ofArray(units), Character.BYTES);
			call.answer(new String(units));
			return;
		}
		Object array = ArrayValues.newArray(this.result, bytes / each);
		fill(guest, address, ArrayValues.segment(array), each);
		call.answer(array);
	}

	private static void fill(GuestAccess guest, int address, MemorySegment target, int elementSize) {
		guest.memory().read(address, target);
		ArrayValues.filled(target, elementSize);
	}

	private void require(GuestAccess guest, boolean fits, int classId) {
		if (!fits) {
			throw new GuestAbiException(guest.moduleName(), this.export.name(), "wanted was " + this.result
					+ ", but it answered an object of its class " + Integer.toUnsignedString(classId)
					+ ", which is none; strings, array buffers, typed and static arrays of the same elements are read",
					null);
		}
	}

	private void requireWithin(GuestAccess guest, int address, long bytes) {
		Exports.requireWithin(guest, this.export.name(), address, bytes);
	}

}
