package dev.wasmsandbox.guest;

import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.wasmsandbox.engine.CompiledModule;
import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ValueType;
import org.jspecify.annotations.Nullable;

/**
 * The functions by which a guest lets others allocate, found by name and signature.
 * Immutable; what they answer is not checked here.
 */
final class AllocatorExports {

	/** AssemblyScript's class id of ArrayBuffer: bytes, in which no references lie. */
	static final int ARRAY_BUFFER = 1;

	/** Pairs by name, the likeliest first. */
	private static final List<List<String>> PAIRS = List.of(List.of("malloc", "free"), List.of("alloc", "dealloc"),
			List.of("allocate", "deallocate"));

	private final ModuleExport allocate;

	/** AssemblyScript's {@code __pin}, else {@code null}. */
	private final @Nullable ModuleExport pin;

	/** Without one, blocks are never given back to the guest. */
	private final @Nullable ModuleExport free;

	private final @Nullable ModuleExport collect;

	private final int allocateParameters;

	private final int freeParameters;

	private AllocatorExports(ModuleExport allocate, @Nullable ModuleExport pin, @Nullable ModuleExport free,
			@Nullable ModuleExport collect) {
		this.allocate = allocate;
		this.pin = pin;
		this.free = free;
		this.collect = collect;
		this.allocateParameters = parameters(allocate);
		this.freeParameters = (free != null) ? parameters(free) : 0;
	}

	/** The allocator that a module exports, or {@code null}. */
	static @Nullable AllocatorExports find(CompiledModule module) {
		return find(module.functions());
	}

	/** As above, by the exported functions by name. */
	static @Nullable AllocatorExports find(Map<String, ModuleExport> module) {
		ModuleExport create = function(module, "__new", 2, 1);
		ModuleExport pin = function(module, "__pin", 1, 1);
		ModuleExport unpin = function(module, "__unpin", 1, 0);
		if (create != null && pin != null && unpin != null) {
			return new AllocatorExports(create, pin, unpin, function(module, "__collect", 0, 0));
		}
		for (List<String> pair : PAIRS) {
			ModuleExport allocate = function(module, pair.getFirst(), 1, 1);
			ModuleExport free = free(module, pair.getLast());
			if (allocate != null && free != null) {
				return new AllocatorExports(allocate, null, free, null);
			}
		}
		ModuleExport realloc = function(module, "cabi_realloc", 4, 1);
		return (realloc != null) ? new AllocatorExports(realloc, null, null, null) : null;
	}

	private static @Nullable ModuleExport free(Map<String, ModuleExport> module, String name) {
		ModuleExport plain = function(module, name, 1, 0);
		return (plain != null) ? plain : function(module, name, 2, 0);
	}

	private static @Nullable ModuleExport function(Map<String, ModuleExport> module, String name, int parameters,
			int results) {
		ModuleExport export = module.get(name);
		if (export == null) {
			return null;
		}
		FunctionSignature signature = Objects.requireNonNull(export.signature());
		return (areInts(signature.parameters(), parameters) && areInts(signature.results(), results)) ? export : null;
	}

	/** Without a stream, because this is asked in each lease. */
	private static boolean areInts(List<ValueType> types, int count) {
		if (types.size() != count) {
			return false;
		}
		for (ValueType type : types) {
			if (type != ValueType.I32) {
				return false;
			}
		}
		return true;
	}

	/** Their names. */
	String names() {
		return this.allocate.name() + ((this.pin != null) ? "/" + this.pin.name() : "")
				+ ((this.free != null) ? "/" + this.free.name() : "");
	}

	/** The name of the function that allocates. */
	String allocateName() {
		return this.allocate.name();
	}

	/** Whether it is that of the canonical ABI, whose callees own their arguments. */
	boolean canonical() {
		return this.allocateParameters == 4;
	}

	/** Whether blocks can be given back to the guest. */
	boolean frees() {
		return this.free != null;
	}

	/**
	 * Allocates, and pins what a collector would take away.
	 * @param alignment where the allocator takes one
	 * @param classId where it takes one
	 */
	int allocate(GuestInstance guest, int size, int alignment, int classId) {
		int address = switch (this.allocateParameters) {
			case 1 -> call(guest, this.allocate, size);
			case 2 -> allocateUnpinned(guest, size, classId);
			default -> call(guest, this.allocate, 0, 0, alignment, size);
		};
		ModuleExport keep = this.pin;
		return (keep != null && address != 0) ? call(guest, keep, address) : address;
	}

	/**
	 * Allocates an object that a collector may take away.
	 * @throws GuestAbiException if the allocator takes no class
	 */
	int allocateUnpinned(GuestInstance guest, int size, int classId) {
		if (this.allocateParameters != 2) {
			throw new GuestAbiException(guest.moduleName(), this.allocate.name(),
					"it does not take the class of an object", null);
		}
		return call(guest, this.allocate, size, classId);
	}

	void free(GuestInstance guest, int address, int size) {
		ModuleExport function = this.free;
		if (function != null) {
			guest.call(function, (this.freeParameters == 1) ? new long[] { address } : new long[] { address, size });
		}
	}

	void collect(GuestInstance guest) {
		if (this.collect != null) {
			guest.call(this.collect, new long[0]);
		}
	}

	private static int parameters(ModuleExport function) {
		return Objects.requireNonNull(function.signature()).parameters().size();
	}

	private static int call(GuestInstance guest, ModuleExport function, long... arguments) {
		return (int) Objects.requireNonNull(guest.call(function, arguments))[0];
	}

}
