package dev.wasmsandbox.abi;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.guest.GuestAccess;
import dev.wasmsandbox.screen.ModuleExport;

/**
 * The classes of an AssemblyScript guest, as the table behind {@code __rtti_base} has
 * them. Read anew for each lease: the table lies in memory that the guest can write, and
 * what one sandbox says must not be believed of another.
 */
final class AssemblyScriptClasses {

	static final int ARRAY_BUFFER = 1;

	static final int STRING = 2;

	/** More than any program has; a table that says otherwise is not one. */
	private static final int MOST = 1 << 16;

	private static final int VIEW = 1;

	private static final int ARRAY = 1 << 1;

	private static final int STATIC_ARRAY = 1 << 2;

	private static final int POINTER_FREE = 1 << 5;

	/** For elements of one byte; the next bits are for two, four, eight and sixteen. */
	private static final int ELEMENT_OF_1 = 1 << 6;

	private static final int ELEMENTS = 31 << 6;

	private static final int SIGNED = 1 << 11;

	private static final int FLOAT = 1 << 12;

	private static final int MANAGED = 1 << 14;

	private final int[] flags;

	private final Map<ValueKind, Layout> layouts = new EnumMap<>(ValueKind.class);

	private AssemblyScriptClasses(int[] flags) {
		this.flags = flags;
	}

	static AssemblyScriptClasses of(GuestAccess guest, String function) {
		return guest.attachment(AssemblyScriptClasses.class, () -> read(guest, function));
	}

	private static AssemblyScriptClasses read(GuestAccess guest, String function) {
		ModuleExport global = Exports.global(guest.module(), "__rtti_base");
		int base = (global != null) ? (int) guest.global(global) : 0;
		Exports.requireWithin(guest, function, base, Integer.BYTES);
		int count = guest.memory().readInt(base);
		if (count < 0 || count > MOST) {
			throw guest.distrust(new GuestAbiException(guest.moduleName(), function,
					"its table of classes says that there are " + Integer.toUnsignedString(count), null));
		}
		Exports.requireWithin(guest, function, base, Integer.BYTES * (count + 1L));
		int[] flags = new int[count];
		for (int i = 0; i < count; i++) {
			flags[i] = guest.memory().readInt(base + Integer.BYTES * (i + 1));
		}
		if (count <= STRING || flags[ARRAY_BUFFER] != POINTER_FREE || flags[STRING] != POINTER_FREE) {
			throw new GuestAbiException(guest.moduleName(), function, "the table of its classes is none that is known; "
					+ "build it with AssemblyScript 0.20 or later, or pass strings and numbers only", null);
		}
		return new AssemblyScriptClasses(flags);
	}

	/** Whether a class is a typed array of such elements. */
	boolean isView(int classId, ValueKind kind) {
		return is(classId, VIEW, kind);
	}

	/** Whether a class is a static array of such elements. */
	boolean isStatic(int classId, ValueKind kind) {
		return is(classId, STATIC_ARRAY, kind);
	}

	private boolean is(int classId, int family, ValueKind kind) {
		if (classId < 0 || classId >= this.flags.length) {
			return false;
		}
		int found = this.flags[classId];
		boolean floats = kind == ValueKind.FLOATS || kind == ValueKind.DOUBLES;
		return (found & family) != 0 && (found & MANAGED) == 0 && ((found & FLOAT) != 0) == floats
				&& (found & ELEMENTS) == ELEMENT_OF_1 * kind.elementSize();
	}

	/**
	 * The class to pass an argument of a kind as. A parameter is a mere address, so it
	 * must be the only one that can be meant, or be named by an exported constant.
	 * @throws GuestAbiException if that is not known
	 */
	Layout layout(GuestAccess guest, String function, ValueKind kind, boolean statics) {
		Layout known = this.layouts.get(kind);
		if (known == null) {
			known = statics ? staticLayout(guest, function, kind) : find(guest, function, kind);
			this.layouts.put(kind, known);
		}
		return known;
	}

	private Layout staticLayout(GuestAccess guest, String function, ValueKind kind) {
		int found = (kind == ValueKind.BYTES) ? ARRAY_BUFFER : first(STATIC_ARRAY, kind);
		if (found < 0) {
			throw new GuestAbiException(guest.moduleName(), function,
					"it has no static arrays that could be a " + kind + ", so none can be passed", null);
		}
		return new Layout(found, false);
	}

	private Layout find(GuestAccess guest, String function, ValueKind kind) {
		for (String name : names(kind)) {
			ModuleExport named = Exports.global(guest.module(), name + "_ID");
			if (named != null) {
				int classId = (int) guest.global(named);
				if (!isView(classId, kind)) {
					throw new GuestAbiException(guest.moduleName(), function, "its constant " + named.name() + " is "
							+ classId + ", which is not the class of such an array", null);
				}
				return new Layout(classId, true);
			}
		}
		int view = first(VIEW, kind);
		int array = first(STATIC_ARRAY, kind);
		boolean listed = first(ARRAY, kind) >= 0;
		if (kind == ValueKind.BYTES && view < 0 && array < 0 && !listed) {
			return new Layout(ARRAY_BUFFER, false);
		}
		if (kind == ValueKind.BYTES || listed || (view < 0) == (array < 0)) {
			throw unknown(guest, function, kind);
		}
		return (view >= 0) ? new Layout(view, true) : new Layout(array, false);
	}

	/** The class that is most like Java's: bytes unsigned, all else signed. */
	private int first(int family, ValueKind kind) {
		int found = -1;
		for (int i = 0; i < this.flags.length; i++) {
			if (is(i, family, kind)) {
				boolean likely = ((this.flags[i] & SIGNED) != 0) != (kind == ValueKind.BYTES);
				if (likely) {
					return i;
				}
				found = (found < 0) ? i : found;
			}
		}
		return found;
	}

	private static GuestAbiException unknown(GuestAccess guest, String function, ValueKind kind) {
		String name = names(kind).getFirst();
		return new GuestAbiException(guest.moduleName(), function,
				"as which class a " + kind + " is to be passed cannot be told; for a " + name + " add 'export const "
						+ name + "_ID = idof<" + name + ">()' to the module, for a "
						+ ((kind == ValueKind.BYTES) ? "ArrayBuffer" : "StaticArray") + " set wasm.modules."
						+ guest.moduleName() + ".abi=assemblyscript-static",
				null);
	}

	private static List<String> names(ValueKind kind) {
		return switch (kind) {
			case SHORTS -> List.of("Int16Array", "Uint16Array");
			case INTS -> List.of("Int32Array", "Uint32Array");
			case LONGS -> List.of("Int64Array", "Uint64Array");
			case FLOATS -> List.of("Float32Array");
			case DOUBLES -> List.of("Float64Array");
			default -> List.of("Uint8Array", "Uint8ClampedArray", "Int8Array");
		};
	}

	/**
	 * How an argument is passed.
	 *
	 * @param classId the class of the object
	 * @param view whether the object points to a buffer instead of being the data
	 */
	record Layout(int classId, boolean view) {
	}

}
