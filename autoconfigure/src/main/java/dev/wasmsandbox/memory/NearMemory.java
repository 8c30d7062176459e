package dev.wasmsandbox.memory;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Accesses of code that holds a memory's address and size in variables of its own. A loop
 * that asks whether it must stop would otherwise load both again in each turn, because
 * HotSpot takes that question for one that may have changed everything.
 *
 * <p>
 * Safe as long as the variables are read from the memory at the function's beginning and
 * after each call it makes: nothing else can shrink a memory whose guest is running, and
 * one that lies outside of the variables is looked up again in the memory itself. So
 * these are given to generated code alone, by {@link #access}; with numbers of somebody's
 * own they would reach any address.
 */
final class NearMemory {

	private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

	private NearMemory() {
	}

	/** The access of the given name. */
	static MethodHandle access(String name, MethodType type) throws ReflectiveOperationException {
		MethodType own = type.changeParameterType(memoryAt(type), FlatMemory.class);
		return LOOKUP.findStatic(NearMemory.class, name, own).asType(type);
	}

	/** The parameter that is the memory: the only one that is no number. */
	private static int memoryAt(MethodType type) {
		int at = 0;
		while (type.parameterType(at).isPrimitive()) {
			at++;
		}
		return at;
	}

	static long memoryBase(FlatMemory memory) {
		return memory.nearBase();
	}

	static long memoryLimit(FlatMemory memory) {
		return memory.nearLimit();
	}

	private static long address(int base, int offset) {
		return (base & 0xffff_ffffL) + (offset & 0xffff_ffffL);
	}

	private static long place(long base, long address) {
		return (base >>> FlatMemory.BASE_SHIFT) + address;
	}

	static byte memoryReadByte(int base, int offset, FlatMemory memory, long at, long limit) {
		long address = address(base, offset);
		return (address <= limit - 1) ? (byte) FlatMemory.BYTE_AT.get(AddressSpace.ALL, place(at, address))
				: memory.loadByte(address);
	}

	static void memoryWriteByte(int base, byte value, int offset, FlatMemory memory, long at, long limit) {
		long address = address(base, offset);
		if (address <= limit - 1) {
			FlatMemory.BYTE_AT.set(AddressSpace.ALL, place(at, address), value);
		}
		else {
			memory.storeByte(address, value);
		}
	}

	static short memoryReadShort(int base, int offset, FlatMemory memory, long at, long limit) {
		long address = address(base, offset);
		return (address <= limit - 2) ? (short) FlatMemory.SHORT_AT.get(AddressSpace.ALL, place(at, address))
				: memory.loadShort(address);
	}

	static void memoryWriteShort(int base, short value, int offset, FlatMemory memory, long at, long limit) {
		long address = address(base, offset);
		if (address <= limit - 2) {
			FlatMemory.SHORT_AT.set(AddressSpace.ALL, place(at, address), value);
		}
		else {
			memory.storeShort(address, value);
		}
	}

	static int memoryReadInt(int base, int offset, FlatMemory memory, long at, long limit) {
		long address = address(base, offset);
		return (address <= limit - 4) ? (int) FlatMemory.INT_AT.get(AddressSpace.ALL, place(at, address))
				: memory.loadInt(address);
	}

	static void memoryWriteInt(int base, int value, int offset, FlatMemory memory, long at, long limit) {
		long address = address(base, offset);
		if (address <= limit - 4) {
			FlatMemory.INT_AT.set(AddressSpace.ALL, place(at, address), value);
		}
		else {
			memory.storeInt(address, value);
		}
	}

	static long memoryReadLong(int base, int offset, FlatMemory memory, long at, long limit) {
		long address = address(base, offset);
		return (address <= limit - 8) ? (long) FlatMemory.LONG_AT.get(AddressSpace.ALL, place(at, address))
				: memory.loadLong(address);
	}

	static void memoryWriteLong(int base, long value, int offset, FlatMemory memory, long at, long limit) {
		long address = address(base, offset);
		if (address <= limit - 8) {
			FlatMemory.LONG_AT.set(AddressSpace.ALL, place(at, address), value);
		}
		else {
			memory.storeLong(address, value);
		}
	}

	static float memoryReadFloat(int base, int offset, FlatMemory memory, long at, long limit) {
		long address = address(base, offset);
		return (address <= limit - 4) ? (float) FlatMemory.FLOAT_AT.get(AddressSpace.ALL, place(at, address))
				: memory.loadFloat(address);
	}

	static void memoryWriteFloat(int base, float value, int offset, FlatMemory memory, long at, long limit) {
		long address = address(base, offset);
		if (address <= limit - 4) {
			FlatMemory.FLOAT_AT.set(AddressSpace.ALL, place(at, address), value);
		}
		else {
			memory.storeFloat(address, value);
		}
	}

	static double memoryReadDouble(int base, int offset, FlatMemory memory, long at, long limit) {
		long address = address(base, offset);
		return (address <= limit - 8) ? (double) FlatMemory.DOUBLE_AT.get(AddressSpace.ALL, place(at, address))
				: memory.loadDouble(address);
	}

	static void memoryWriteDouble(int base, double value, int offset, FlatMemory memory, long at, long limit) {
		long address = address(base, offset);
		if (address <= limit - 8) {
			FlatMemory.DOUBLE_AT.set(AddressSpace.ALL, place(at, address), value);
		}
		else {
			memory.storeDouble(address, value);
		}
	}

}
