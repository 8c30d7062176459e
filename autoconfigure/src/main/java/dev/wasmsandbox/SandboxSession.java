package dev.wasmsandbox;

import java.util.concurrent.atomic.AtomicBoolean;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.guest.GuestMemory;
import dev.wasmsandbox.guest.LeasedMemory;
import dev.wasmsandbox.observe.CallStatistics;
import dev.wasmsandbox.observe.Outcome;
import dev.wasmsandbox.pool.InstancePool;
import dev.wasmsandbox.screen.ModuleExport;
import org.jspecify.annotations.Nullable;

/**
 * The exclusive lease of one sandbox: several calls that see each other's state, and the
 * guest's memory. It belongs to the thread that opened it. After a failed call its memory
 * can still be read, but no further call is run.
 *
 * <p>
 * Use after {@link #close()}, or from another thread, is an
 * {@link IllegalStateException}; it never reaches anyone else's data.
 */
public final class SandboxSession implements AutoCloseable {

	private final String instanceId;

	private final InstancePool pool;

	private final GuestInstance guest;

	private final CallStatistics statistics;

	private final LeasedMemory memory;

	/** Successful calls, counted here and added to the statistics once, at close. */
	private long successes;

	private final AtomicBoolean closed = new AtomicBoolean();

	SandboxSession(String instanceId, InstancePool pool, GuestInstance guest, CallStatistics statistics) {
		this.instanceId = instanceId;
		this.pool = pool;
		this.guest = guest;
		this.statistics = statistics;
		this.memory = new LeasedMemory(guest);
	}

	/** The label it was opened with, or one made up. */
	public String instanceId() {
		return this.instanceId;
	}

	/** The name of the module. */
	public String moduleName() {
		return this.guest.moduleName();
	}

	/** Calls an exported function, as {@link WasmSandbox#call} does, in this session. */
	public <T extends @Nullable Object> T call(String function, Class<T> resultType, Object... arguments) {
		return export(function).call(resultType, arguments);
	}

	/**
	 * Resolves an exported function, to be called in this session.
	 * @throws GuestAbiException if there is no such function
	 */
	public WasmFunction export(String function) {
		this.guest.requireUsable();
		return new InSession(this, DefaultWasmSandbox.resolve(moduleName(), this.guest.module(), function));
	}

	/**
	 * The value of an exported global, for example an address that the module publishes.
	 * @return an {@code Integer}, {@code Long}, {@code Float} or {@code Double}
	 * @throws GuestAbiException if there is no such global, or it is no number
	 */
	public Number global(String name) {
		return Conversions.global(moduleName(), this.guest.module().report(), name, this.guest::global);
	}

	/** The guest's memory; every use of it is checked. */
	public GuestMemory memory() {
		return this.memory;
	}

	/**
	 * Ends the lease. A second call does nothing.
	 * @throws IllegalStateException while a call is running in it, or from another
	 * thread; the session then stays open
	 */
	@Override
	public void close() {
		if (this.closed.get()) {
			return;
		}
		this.guest.requireClosable();
		if (!this.closed.compareAndSet(false, true)) {
			return;
		}
		this.memory.close();
		this.statistics.record(Outcome.SUCCESS, this.successes);
		this.pool.release(this.guest);
	}

	private static final class InSession extends ResolvedFunction {

		private final SandboxSession session;

		private final GuestInstance guest;

		private final int index;

		InSession(SandboxSession session, ModuleExport export) {
			super(session.moduleName(), export);
			this.session = session;
			this.guest = session.guest;
			this.index = export.index();
		}

		@Override
		long @Nullable [] invoke(ModuleExport function, long[] arguments) {
			try {
				long[] results = this.guest.call(function, this.index, arguments);
				this.session.successes++;
				return results;
			}
			catch (WasmSandboxException ex) {
				this.session.statistics.record(Outcomes.of(ex), 1);
				throw ex;
			}
		}

	}

}
