package dev.wasmsandbox.engine;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.screen.FunctionSignature;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleImport;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ModuleScreener;

/**
 * A sandbox of a module whose code has one of the checks, all else being equal. Belongs
 * to one thread.
 */
public final class CheckedGuest implements AutoCloseable {

	private static final SandboxLimits LIMITS = SandboxLimits.defaults()
		.withCallTimeout(Duration.ofMinutes(5))
		.withFuel(Long.MAX_VALUE);

	private final Watchdog watchdog = new Watchdog();

	private final SandboxFactory factory;

	private final Sandbox sandbox;

	private final GuestInstance guest;

	private CheckedGuest(byte[] module, GuestWeaver.Check check) {
		ModuleReport report = ModuleScreener.screen("checked", module, LIMITS);
		CompiledModule code = CompiledModule.compile("checked", module, report, check);
		List<HostBinding> imports = report.importedFunctions().stream().map(CheckedGuest::sum).toList();
		this.factory = new SandboxFactory("checked", code, imports, LIMITS, this.watchdog, MemoryBackend.detect(), 1,
				SnapshotPlan.NONE);
		this.sandbox = this.factory.newSandbox();
		this.guest = this.sandbox.lease();
	}

	/** With the check of the library. */
	public static CheckedGuest ours(byte[] module) {
		return new CheckedGuest(module, GuestWeaver.Check.OURS);
	}

	/** With the check of the library that counts fuel. */
	public static CheckedGuest metered(byte[] module) {
		return new CheckedGuest(module, GuestWeaver.Check.METERED);
	}

	/** With the check of the engine, which looks at the thread's interrupt status. */
	public static CheckedGuest engines(byte[] module) {
		return new CheckedGuest(module, GuestWeaver.Check.ENGINE);
	}

	/** All imports answer the sum of their arguments, or nothing. */
	private static HostBinding sum(ModuleImport item) {
		FunctionSignature signature = Objects.requireNonNull(item.signature());
		int results = signature.results().size();
		return new HostBinding(item.module(), item.name(), signature, (guest, arguments) -> {
			if (results == 0) {
				return null;
			}
			long sum = 0;
			for (long argument : arguments) {
				sum += argument;
			}
			return new long[] { sum };
		}, true);
	}

	/** The exported function of the name. */
	public ModuleExport export(String name) {
		ModuleExport export = this.guest.module().functions().get(name);
		if (export == null) {
			throw new IllegalArgumentException("There is no function " + name);
		}
		return export;
	}

	/** Calls an export and returns its one result. */
	public long call(ModuleExport function, long argument) {
		long[] results = this.guest.call(function, new long[] { argument });
		return (results != null) ? results[0] : 0;
	}

	@Override
	public void close() {
		this.guest.close();
		this.sandbox.discard();
		this.factory.close();
		this.watchdog.close();
	}

}
