package dev.wasmsandbox.abi;

import java.util.EnumMap;
import java.util.Map;

import dev.wasmsandbox.abi.AssemblyScriptAbi.Arrays;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.guest.GuestAccess;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;
import org.jspecify.annotations.Nullable;

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

	private static final int POINTER_FREE = 1 << 5;

	/** For elements of one byte; the next bits are for two, four, eight and sixteen. */
	private static final int ELEMENT_OF_1 = 1 << 6;

	private static final int ELEMENTS = 31 << 6;

	private static final int SIGNED = 1 << 11;

	private static final int FLOAT = 1 << 12;

	private static final int NULLABLE = 1 << 13;

	private static final int MANAGED = 1 << 14;

	private static final int REFERENCE_BYTES = 4;

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

	/** Whether a class is of a family and has such elements. */
	boolean is(int classId, AssemblyScriptFamily family, ValueKind kind) {
		if (classId < 0 || classId >= this.flags.length) {
			return false;
		}
		int found = this.flags[classId];
		boolean texts = kind == ValueKind.STRINGS;
		boolean floats = kind == ValueKind.FLOATS || kind == ValueKind.DOUBLES;
		return (found & family.flag()) != 0 && ((found & MANAGED) != 0) == texts && ((found & FLOAT) != 0) == floats
				&& (found & ELEMENTS) == ELEMENT_OF_1 * (texts ? REFERENCE_BYTES : kind.elementSize());
	}

	/**
	 * The class to pass an argument of a kind as. A parameter is a mere address, so it
	 * must be the only one that can be meant, or be named by an exported constant.
	 * @throws GuestAbiException if that is not known
	 */
	Layout layout(GuestAccess guest, String function, Wanted wanted) {
		Layout known = this.layouts.get(wanted.kind);
		if (known == null) {
			known = find(guest, function, wanted);
			this.layouts.put(wanted.kind, known);
		}
		return known;
	}

	private Layout find(GuestAccess guest, String function, Wanted wanted) {
		ModuleExport constant = wanted.constant;
		if (constant != null) {
			int classId = (int) guest.global(constant);
			if (!is(classId, wanted.family, wanted.kind)) {
				throw new GuestAbiException(guest.moduleName(), function, "its constant " + constant.name() + " is "
						+ classId + ", which is not the class of such an array", null);
			}
			return layout(wanted.family, classId);
		}
		return switch (wanted.arrays) {
			case TOLD -> told(guest, function, wanted.kind);
			case STATIC ->
				(wanted.kind == ValueKind.BYTES) ? new Layout(ARRAY_BUFFER, AssemblyScriptFamily.STATIC, false)
						: only(guest, function, wanted.kind, AssemblyScriptFamily.STATIC);
			case LISTS -> only(guest, function, wanted.kind, AssemblyScriptFamily.LIST);
		};
	}

	/** The class of one family, where all arrays are of it. */
	private Layout only(GuestAccess guest, String function, ValueKind kind, AssemblyScriptFamily family) {
		int found = first(family, kind);
		if (found < 0) {
			throw new GuestAbiException(guest.moduleName(), function,
					"it has no " + family.plural() + " that could be a " + kind + ", so none can be passed", null);
		}
		if (meanings(family, kind) > 1) {
			throw unknown(guest, function, kind);
		}
		return layout(family, found);
	}

	private Layout told(GuestAccess guest, String function, ValueKind kind) {
		Layout only = null;
		int meanings = 0;
		for (AssemblyScriptFamily family : AssemblyScriptFamily.ALL) {
			int found = first(family, kind);
			if (found >= 0) {
				only = layout(family, found);
				meanings += meanings(family, kind);
			}
		}
		if (kind == ValueKind.BYTES && only == null) {
			return new Layout(ARRAY_BUFFER, AssemblyScriptFamily.STATIC, false);
		}
		// Bytes might be an ArrayBuffer besides, a class that every module has.
		if (only == null || meanings > 1 || kind == ValueKind.BYTES) {
			throw unknown(guest, function, kind);
		}
		return only;
	}

	/**
	 * How many things the classes of such elements can mean: numbers one, signed or not;
	 * of references the table does not say to what, so each may be to something else.
	 */
	private int meanings(AssemblyScriptFamily family, ValueKind kind) {
		int meanings = 0;
		for (int i = 0; i < this.flags.length; i++) {
			meanings += is(i, family, kind) ? 1 : 0;
		}
		return (kind == ValueKind.STRINGS) ? meanings : Math.min(1, meanings);
	}

	/** The class that is most like Java's: bytes unsigned, all else signed. */
	private int first(AssemblyScriptFamily family, ValueKind kind) {
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

	private Layout layout(AssemblyScriptFamily family, int classId) {
		return new Layout(classId, family, (this.flags[classId] & NULLABLE) != 0);
	}

	private static GuestAbiException unknown(GuestAccess guest, String function, ValueKind kind) {
		StringBuilder what = new StringBuilder("as which class a " + kind + " is to be passed cannot be told;");
		for (AssemblyScriptFamily family : AssemblyScriptFamily.ALL) {
			String name = family.names(kind).isEmpty() ? null : family.names(kind).getFirst();
			if (name != null) {
				String type = family.type(name);
				what.append((family == AssemblyScriptFamily.LIST) ? " for an " : " for a ")
					.append(type + " add 'export const " + name + "_ID = idof<" + type + ">()' to the module,");
			}
		}
		what.append(" for a " + ((kind == ValueKind.BYTES) ? "ArrayBuffer" : "StaticArray")
				+ " anywhere set wasm.modules." + guest.moduleName()
				+ ".abi=assemblyscript-static, for an Array anywhere assemblyscript-array");
		return new GuestAbiException(guest.moduleName(), function, what.toString(), null);
	}

	/**
	 * What is wanted of an argument, as far as the module's exports tell; found once for
	 * each bound function. Immutable.
	 */
	static final class Wanted {

		private final ValueKind kind;

		private final Arrays arrays;

		/** Of the constant's class. */
		private final AssemblyScriptFamily family;

		private final @Nullable ModuleExport constant;

		private Wanted(ValueKind kind, Arrays arrays, AssemblyScriptFamily family, @Nullable ModuleExport constant) {
			this.kind = kind;
			this.arrays = arrays;
			this.family = family;
			this.constant = constant;
		}

		static Wanted of(ModuleReport module, ValueKind kind, Arrays arrays) {
			for (AssemblyScriptFamily family : arrays.families()) {
				for (String name : family.names(kind)) {
					ModuleExport constant = Exports.global(module, name + "_ID");
					if (constant != null) {
						return new Wanted(kind, arrays, family, constant);
					}
				}
			}
			return new Wanted(kind, arrays, AssemblyScriptFamily.VIEW, null);
		}

	}

	/**
	 * How an argument is passed.
	 *
	 * @param classId the class of the object
	 * @param family how it holds its elements
	 * @param nullable whether elements may be null
	 */
	record Layout(int classId, AssemblyScriptFamily family, boolean nullable) {
	}

}
