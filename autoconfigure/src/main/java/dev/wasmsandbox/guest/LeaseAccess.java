package dev.wasmsandbox.guest;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.screen.ExternalKind;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.wasi.WasiHost;
import org.jspecify.annotations.Nullable;

/**
 * A lease as conventions see it. It keeps nothing that would outlive the lease, and is
 * cheap enough to be made for each call.
 */
public final class LeaseAccess implements GuestAccess {

	private final GuestInstance guest;

	private final LeasedMemory memory;

	private @Nullable CallBlocks blocks;

	public LeaseAccess(GuestInstance guest, LeasedMemory memory) {
		this.guest = guest;
		this.memory = memory;
	}

	@Override
	public String moduleName() {
		return this.guest.moduleName();
	}

	@Override
	public ModuleReport module() {
		return this.guest.module().report();
	}

	@Override
	public GuestMemory memory() {
		return this.memory;
	}

	@Override
	public SandboxAllocator allocator() {
		return SandboxAllocators.of(this.guest);
	}

	@Override
	public CallBlocks blocks() {
		CallBlocks found = this.blocks;
		if (found == null) {
			found = CallBlocks.of(this.guest);
			this.blocks = found;
		}
		return found;
	}

	@Override
	public long resultLimit() {
		return this.guest.limits().resultBytes();
	}

	@Override
	public void requireResultSize(String function, long bytes) {
		long limit = resultLimit();
		if (bytes > limit) {
			throw new SandboxLimitException(moduleName(), function, "limits.result-size", limit, bytes,
					"its result has " + bytes + " bytes, but limits.result-size is " + limit
							+ "; raise it if that is legitimate",
					null);
		}
	}

	@Override
	public <T extends @Nullable Object> T read(int address, int length, Function<MemorySegment, T> reader) {
		this.memory.requireOpen();
		LeasedMemory window = new LeasedMemory(this.guest);
		try {
			return reader.apply(window.readOnlyView(address, length));
		}
		finally {
			window.closeHostCall();
		}
	}

	@Override
	public HostMemory hostMemory() {
		return this.guest::keepInHost;
	}

	@Override
	public void transferred(long bytesIn, long bytesOut) {
		this.memory.requireOpen();
		this.guest.work().copiedIn(bytesIn);
		this.guest.work().copiedOut(bytesOut);
	}

	@Override
	public long @Nullable [] call(ModuleExport function, long... arguments) {
		return this.guest.call(function, arguments);
	}

	@Override
	public void beginCommand(List<String> arguments, byte @Nullable [] stdin) {
		WasiHost.command(this.guest, arguments, stdin);
	}

	@Override
	public byte[] output(boolean error) {
		return WasiHost.output(this.guest, error);
	}

	@Override
	public long global(ModuleExport global) {
		if (global.kind() != ExternalKind.GLOBAL) {
			throw new IllegalArgumentException("The export '" + global.name() + "' is no global");
		}
		return this.guest.global(global.index());
	}

	@Override
	public <T> T attachment(Class<T> type, Supplier<T> maker) {
		return this.guest.companion(type, (_) -> maker.get());
	}

	@Override
	public <T extends WasmSandboxException> T distrust(T cause) {
		return this.guest.distrust(cause);
	}

}
