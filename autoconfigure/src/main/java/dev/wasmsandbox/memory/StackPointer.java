package dev.wasmsandbox.memory;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import java.util.HexFormat;

import com.sun.management.HotSpotDiagnosticMXBean;
import org.jspecify.annotations.Nullable;

/**
 * Where the machine's stack pointer is, on Linux on x86-64 with native access. No
 * function of the system's libraries tells it, so this maps 32 bytes of machine code,
 * readable and executable and never writable at the same time; where that is refused, or
 * they do not answer as they must, stacks are not measured.
 *
 * <p>
 * The code compares the address of the running thread's control block, which the ABI
 * keeps at {@code fs:0}, with its first argument. For the same thread it answers the
 * stack pointer less its second argument, for another one {@link #OTHER_THREAD}. It reads
 * nothing else and writes nothing.
 */
final class StackPointer {

	static final long OTHER_THREAD = Long.MIN_VALUE;

	private static final byte[] CODE = HexFormat.of()
		.parseHex("64488b042500000000" // mov rax, fs:0
				+ "4839f8" // cmp rax, rdi
				+ "7507" // jne, over the next three
				+ "4889e0" // mov rax, rsp
				+ "4829f0" // sub rax, rsi
				+ "c3" // ret
				+ "48b80000000000000080" // mov rax, 1 << 63
				+ "c3"); // ret

	private static final int PROT_READ_EXECUTE = 1 | 4;

	/** HotSpot counts its zones in pages of this size, whatever the system's is. */
	private static final long ZONE_PAGE = 4_096;

	/** The most that HotSpot's flags allow, about; where they cannot be asked. */
	private static final long MOST_ZONE_PAGES = 80;

	/** A {@code pthread_attr_t} has 56 bytes; nobody's has more than this. */
	private static final long ATTRIBUTE_BYTES = 256;

	private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

	private static final AddressLayout ADDRESS = ValueLayout.ADDRESS;

	/** Bytes at a stack's low end that are guarded, or kept for native code. */
	private static final long ZONES = ZONE_PAGE * zonePages();

	/**
	 * The bounds of a thread's stack.
	 *
	 * @param thread the address of its control block
	 * @param floor the lowest address that Java code can use
	 */
	record Bounds(long thread, long floor) {
	}

	private StackPointer() {
	}

	/** The code, to be called by {@link #call}; {@code null} where it cannot be had. */
	static @Nullable MethodHandle above() {
		if (!AddressSpace.DIRECT || !System.getProperty("os.name", "").equals("Linux")
				|| !System.getProperty("os.arch", "").equals("amd64")) {
			return null;
		}
		try {
			MethodHandle above = map();
			return (above != null && works(above)) ? above : null;
		}
		catch (RuntimeException | LinkageError _) {
			return null;
		}
	}

	private static @Nullable MethodHandle map() {
		long size = 4_096;
		long address = NativeMemory.map(0, size, NativeMemory.PROT_READ_WRITE,
				NativeMemory.MAP_PRIVATE | NativeMemory.MAP_ANONYMOUS, -1);
		if (address == -1) {
			return null;
		}
		MemorySegment page = AddressSpace.ALL.asSlice(address, size);
		page.copyFrom(MemorySegment.ofArray(CODE));
		if (!Native.protect(address, size, PROT_READ_EXECUTE)) {
			NativeMemory.unmap(address, size);
			return null;
		}
		return Linker.nativeLinker()
			.downcallHandle(page, FunctionDescriptor.of(LONG, LONG, LONG), Linker.Option.critical(false));
	}

	/**
	 * Whether the code answers rightly. It is run so often that the JDK has made all it
	 * makes for such calls: that must not happen at the end of a guest's stack.
	 */
	private static boolean works(MethodHandle above) {
		boolean right = true;
		for (int i = 0; i < 500; i++) {
			Bounds bounds = bounds();
			if (bounds == null || call(above, 0, 0) != OTHER_THREAD) {
				return false;
			}
			long pointer = call(above, bounds.thread(), 0);
			right &= pointer > bounds.floor() && call(above, bounds.thread(), bounds.floor()) > 0;
		}
		return right;
	}

	/** The distance of the stack pointer from an address, or {@link #OTHER_THREAD}. */
	static long call(MethodHandle above, long thread, long floor) {
		try {
			return (long) above.invokeExact(thread, floor);
		}
		catch (Throwable ex) {
			throw NativeMemory.rethrow(ex);
		}
	}

	/** The bounds of the current thread's stack; {@code null} if nobody tells. */
	static @Nullable Bounds bounds() {
		return Native.bounds();
	}

	private static long zonePages() {
		try {
			HotSpotDiagnosticMXBean flags = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
			long pages = 0;
			for (String flag : new String[] { "StackShadowPages", "StackYellowPages", "StackRedPages",
					"StackReservedPages" }) {
				pages += Long.parseLong(flags.getVMOption(flag).getValue());
			}
			return pages;
		}
		catch (RuntimeException | LinkageError _) {
			return MOST_ZONE_PAGES;
		}
	}

	/** The functions of the C library, looked up only where they are wanted. */
	private static final class Native {

		private static final MethodHandle PROTECT = handle("mprotect",
				FunctionDescriptor.of(ValueLayout.JAVA_INT, LONG, LONG, ValueLayout.JAVA_INT));

		private static final MethodHandle SELF = handle("pthread_self", FunctionDescriptor.of(LONG));

		private static final MethodHandle ATTRIBUTES = handle("pthread_getattr_np",
				FunctionDescriptor.of(ValueLayout.JAVA_INT, LONG, ADDRESS));

		private static final MethodHandle STACK = handle("pthread_attr_getstack",
				FunctionDescriptor.of(ValueLayout.JAVA_INT, ADDRESS, ADDRESS, ADDRESS));

		private static final MethodHandle GUARD = handle("pthread_attr_getguardsize",
				FunctionDescriptor.of(ValueLayout.JAVA_INT, ADDRESS, ADDRESS));

		private static final MethodHandle DESTROY = handle("pthread_attr_destroy",
				FunctionDescriptor.of(ValueLayout.JAVA_INT, ADDRESS));

		private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
			Linker linker = Linker.nativeLinker();
			return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
		}

		static boolean protect(long address, long bytes, int protection) {
			try {
				return (int) PROTECT.invokeExact(address, bytes, protection) == 0;
			}
			catch (Throwable ex) {
				throw NativeMemory.rethrow(ex);
			}
		}

		static @Nullable Bounds bounds() {
			try (Arena arena = Arena.ofConfined()) {
				MemorySegment attributes = arena.allocate(ATTRIBUTE_BYTES, Long.BYTES);
				MemorySegment low = arena.allocate(LONG);
				MemorySegment size = arena.allocate(LONG);
				MemorySegment guard = arena.allocate(LONG);
				// The same as the control block's address, in both C libraries.
				long thread = (long) SELF.invokeExact();
				if ((int) ATTRIBUTES.invokeExact(thread, attributes) != 0) {
					return null;
				}
				boolean told = (int) STACK.invokeExact(attributes, low, size) == 0
						&& (int) GUARD.invokeExact(attributes, guard) == 0;
				int ignored = (int) DESTROY.invokeExact(attributes);
				return told ? new Bounds(thread, low.get(LONG, 0) + guard.get(LONG, 0) + ZONES) : null;
			}
			catch (Throwable ex) {
				throw NativeMemory.rethrow(ex);
			}
		}

	}

}
