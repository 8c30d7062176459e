package dev.wasmsandbox.engine;

import java.lang.invoke.CallSite;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.runtime.OpcodeImpl;
import dev.wasmsandbox.memory.MemoryAccessException;
import org.objectweb.asm.Type;

/**
 * What compiled guests call in place of the engine's own helpers: the deadline check,
 * memory accesses, globals. Public because compiled code lives in a class loader of its
 * own; nothing else calls it.
 *
 * <p>
 * An access's address is the sum of two unsigned numbers, as WebAssembly defines it; the
 * engine's own helpers forget the offset where the first is 2 GiB or more.
 */
public final class GuestHelpers {

	/**
	 * The call sites made so far, shared by all modules. Bounded by the number of helpers
	 * there are.
	 */
	private static final Map<String, CallSite> SITES = new ConcurrentHashMap<>();

	/** What is here in place of the engine's, by name and type. */
	static final Set<String> OURS = Stream.of(GuestHelpers.class.getMethods())
		.filter((method) -> Modifier.isStatic(method.getModifiers()))
		.map((method) -> method.getName() + Type.getMethodDescriptor(method))
		.collect(Collectors.toUnmodifiableSet());

	private GuestHelpers() {
	}

	/**
	 * Links a call site of generated code to a helper of this name, or else to the
	 * engine's implementation of an instruction.
	 */
	public static CallSite link(MethodHandles.Lookup caller, String name, MethodType type) {
		return SITES.computeIfAbsent(name + type.toMethodDescriptorString(), (_) -> newSite(name, type));
	}

	/**
	 * Links a call site of generated code to an access with an address and a size that
	 * the code holds.
	 * @throws IllegalStateException for any other code: it could name any address
	 */
	public static CallSite linkNear(MethodHandles.Lookup caller, String name, MethodType type) {
		if (!(caller.lookupClass().getClassLoader() instanceof GuestClassLoader) || !caller.hasFullPrivilegeAccess()) {
			throw new IllegalStateException("Only code of guests is linked to memory");
		}
		// Apart from the others, which whoever asks is given.
		return SITES.computeIfAbsent("near " + name + type.toMethodDescriptorString(), (_) -> newNearSite(name, type));
	}

	/**
	 * Links the place in generated code where one imported function is called.
	 * @throws IllegalStateException for any other code
	 */
	public static CallSite linkHost(MethodHandles.Lookup caller, String name, MethodType type) {
		if (!(caller.lookupClass().getClassLoader() instanceof GuestClassLoader guests)
				|| !caller.hasFullPrivilegeAccess()) {
			throw new IllegalStateException("Only code of guests is linked to functions of the host");
		}
		HostSite site = new HostSite(type);
		guests.add(site);
		return site;
	}

	private static CallSite newNearSite(String name, MethodType type) {
		try {
			return new ConstantCallSite(LinearMemory.nearAccess(name, type));
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static CallSite newSite(String name, MethodType type) {
		try {
			Class<?> owner = OURS.contains(name + type.toMethodDescriptorString()) ? GuestHelpers.class
					: OpcodeImpl.class;
			return new ConstantCallSite(MethodHandles.lookup().findStatic(owner, name, type));
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * What traps where an instruction's own offset lies beyond all memories; the compiler
	 * puts no access there, and whatever address is added.
	 */
	public static RuntimeException throwOutOfBoundsMemoryAccess(Memory memory) {
		throw MemoryAccessException.beyond(Integer.MAX_VALUE, ((LinearMemory) memory).size());
	}

	/** What a function begins with that calls host functions: is there stack for them? */
	public static void requireHeadroom(Memory memory) {
		StackHeadroom.requireForCalls(((LinearMemory) memory).chain());
	}

	/** The check of modules with a memory. */
	public static void check(Memory memory) {
		((LinearMemory) memory).check();
	}

	/** The check of modules without one. */
	public static void check(Instance instance) {
		((GuestMachine) instance.getMachine()).control().check();
	}

	/** The check before a call, of modules with a memory. */
	public static void checkCall(Memory memory) {
		((LinearMemory) memory).checkCall();
	}

	/** The same of modules without one. */
	public static void checkCall(Instance instance) {
		((GuestMachine) instance.getMachine()).control().checkCall();
	}

	/** The check of modules with a memory whose work is counted. */
	public static void checkFuel(Memory memory) {
		((LinearMemory) memory).checkFuel();
	}

	/** The same of modules without one. */
	public static void checkFuel(Instance instance) {
		((GuestMachine) instance.getMachine()).control().checkFuel();
	}

	/**
	 * The instruction f32.convert_i64_u, which the engine rounds twice. Halved, with the
	 * bit that falls off kept in the last one, a number rounds as it would whole.
	 */
	public static float F32_CONVERT_I64_U(long value) {
		return (value >= 0) ? value : (float) ((value >>> 1) | (value & 1)) * 2;
	}

	/** The instruction f64.convert_i64_u, as above. */
	public static double F64_CONVERT_I64_U(long value) {
		return (value >= 0) ? value : (double) ((value >>> 1) | (value & 1)) * 2;
	}

	public static long readGlobal(int index, Instance instance) {
		return instance.global(index).getValue();
	}

	public static void writeGlobal(long value, int index, Instance instance) {
		instance.global(index).setValue(value);
	}

	public static void tableFill(int offset, int value, int size, int table, Instance instance) {
		TableOperations.fill(offset, value, size, table, instance);
	}

	public static void tableCopy(int target, int source, int size, int targetTable, int sourceTable,
			Instance instance) {
		TableOperations.copy(target, source, size, targetTable, sourceTable, instance);
	}

	public static void tableInit(int offset, int source, int size, int segment, int table, Instance instance) {
		TableOperations.init(offset, source, size, segment, table, instance);
	}

	public static int tableGrow(int value, int size, int table, Instance instance) {
		return TableOperations.grow(value, size, table, instance);
	}

	public static byte memoryReadByte(int base, int offset, Memory memory) {
		return ((LinearMemory) memory).loadByte(address(base, offset));
	}

	public static short memoryReadShort(int base, int offset, Memory memory) {
		return ((LinearMemory) memory).loadShort(address(base, offset));
	}

	public static int memoryReadInt(int base, int offset, Memory memory) {
		return ((LinearMemory) memory).loadInt(address(base, offset));
	}

	public static long memoryReadLong(int base, int offset, Memory memory) {
		return ((LinearMemory) memory).loadLong(address(base, offset));
	}

	public static float memoryReadFloat(int base, int offset, Memory memory) {
		return ((LinearMemory) memory).loadFloat(address(base, offset));
	}

	public static double memoryReadDouble(int base, int offset, Memory memory) {
		return ((LinearMemory) memory).loadDouble(address(base, offset));
	}

	public static void memoryWriteByte(int base, byte value, int offset, Memory memory) {
		((LinearMemory) memory).storeByte(address(base, offset), value);
	}

	public static void memoryWriteShort(int base, short value, int offset, Memory memory) {
		((LinearMemory) memory).storeShort(address(base, offset), value);
	}

	public static void memoryWriteInt(int base, int value, int offset, Memory memory) {
		((LinearMemory) memory).storeInt(address(base, offset), value);
	}

	public static void memoryWriteLong(int base, long value, int offset, Memory memory) {
		((LinearMemory) memory).storeLong(address(base, offset), value);
	}

	public static void memoryWriteFloat(int base, float value, int offset, Memory memory) {
		((LinearMemory) memory).storeFloat(address(base, offset), value);
	}

	public static void memoryWriteDouble(int base, double value, int offset, Memory memory) {
		((LinearMemory) memory).storeDouble(address(base, offset), value);
	}

	private static long address(int base, int offset) {
		return (base & 0xffff_ffffL) + (offset & 0xffff_ffffL);
	}

}
