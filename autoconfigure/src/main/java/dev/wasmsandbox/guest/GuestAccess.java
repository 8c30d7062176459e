package dev.wasmsandbox.guest;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;
import org.jspecify.annotations.Nullable;

/**
 * One guest for as long as it is leased: what parts need that pass values to it. Belongs
 * to the thread of the lease; every method throws {@link IllegalStateException} on
 * another one, or when the lease is over.
 */
public interface GuestAccess {

	/** The name of the module, for messages. */
	String moduleName();

	/** What the module imports and exports. */
	ModuleReport module();

	/** The guest's memory; every use of it is checked. */
	GuestMemory memory();

	/** Allocates in the guest's memory, for as long as the lease lasts. */
	SandboxAllocator allocator();

	/** Allocates in the guest's memory what one call needs, at the least cost. */
	CallBlocks blocks();

	/**
	 * The most bytes that a result may have: {@code limits.result-size}.
	 * @see #requireResultSize
	 */
	long resultLimit();

	/**
	 * Checks what a guest says its result is, before the host allocates as much.
	 * @param bytes how many bytes it says
	 * @throws SandboxLimitException if that is more than {@link #resultLimit}; the guest
	 * can still be called
	 */
	void requireResultSize(String function, long bytes);

	/** Counts what a convention keeps for the guest outside of its memory. */
	HostMemory hostMemory();

	/**
	 * Counts bytes that a convention passes in another way than through
	 * {@link #memory()}, which counts what it copies itself.
	 */
	void transferred(long bytesIn, long bytesOut);

	/**
	 * Has a range of the memory read in place.
	 * @param reader is given a read-only view that ends when it returns
	 * @return what the reader returns
	 * @throws GuestAbiException if the range does not lie in the memory
	 */
	<T extends @Nullable Object> T read(int address, int length, Function<MemorySegment, T> reader);

	/**
	 * Calls an exported function.
	 * @param function of this module
	 * @param arguments raw values, one for each parameter: an {@code i32} in the lower
	 * half, floats as their bits
	 * @return the raw results, {@code null} for none
	 * @throws WasmSandboxException if it fails; the guest then runs no further calls
	 */
	long @Nullable [] call(ModuleExport function, long... arguments);

	/**
	 * Has the guest's command begin, before it is called: behind the arguments that its
	 * settings or its session give it come others, and what it writes is kept for
	 * {@link #output}, wherever it goes besides. The first argument is the program's
	 * name; if it has none, that is the module's.
	 * @param stdin what it reads from its standard input; {@code null} for what its
	 * settings or its session say
	 * @throws IllegalStateException if WASI is not enabled for the module, or its start
	 * code has read already what would change
	 * @throws GuestAbiException if an argument contains a NUL or half of a surrogate pair
	 */
	void beginCommand(List<String> arguments, byte @Nullable [] stdin);

	/**
	 * What the guest wrote to an output stream so far, where that is kept.
	 * @param error whether the error stream is meant
	 */
	byte[] output(boolean error);

	/**
	 * The value of an exported global, as raw bits.
	 * @throws IllegalArgumentException if the export is no global
	 */
	long global(ModuleExport global);

	/**
	 * What a convention keeps with the guest, for example its host's answers. It is
	 * dropped with the lease and never seen by another one; host functions of the same
	 * lease see the same object by {@link HostContext#attachment}.
	 */
	<T> T attachment(Class<T> type, Supplier<T> maker);

	/**
	 * Says that the guest broke a promise that the host relies on: it runs no further
	 * calls and is never used again.
	 * @return the same failure, to be thrown
	 */
	<T extends WasmSandboxException> T distrust(T cause);

}
