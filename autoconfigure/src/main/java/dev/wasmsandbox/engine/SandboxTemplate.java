package dev.wasmsandbox.engine;

import com.dylibso.chicory.runtime.Instance;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.memory.MemoryBackend;
import dev.wasmsandbox.memory.MemoryImage;
import dev.wasmsandbox.memory.MemorySlab;
import dev.wasmsandbox.memory.ResetStrategy;
import dev.wasmsandbox.screen.MemoryType;
import dev.wasmsandbox.screen.ModuleReport;

/**
 * The first instance of a module, from which the image of all others is taken: as
 * instantiated, or after its start function and warm-up calls. What these saw is seen by
 * every sandbox, so they may call only host functions that are marked as safe for it.
 *
 * <p>
 * Used by one thread and then discarded.
 */
final class SandboxTemplate {

	private final Sandbox sandbox;

	private final LinearMemory memory;

	private final SandboxImage image;

	SandboxTemplate(SandboxFactory factory, SnapshotPlan plan) {
		MemoryType type = factory.module().report().memory();
		int pages = (type != null) ? Math.toIntExact(type.initialPages()) : 0;
		MemoryImage zeroes = MemoryBackend.PORTABLE.image((long) pages * SandboxLimits.PAGE_BYTES);
		MemorySlab slab = new MemorySlab(MemoryBackend.PORTABLE, zeroes,
				(long) factory.maximumPages() * SandboxLimits.PAGE_BYTES, 1);
		this.memory = factory.memory(slab.take(), pages, false);
		this.sandbox = new Sandbox(factory, this.memory);
		boolean made = false;
		try {
			this.sandbox.openMemory();
			this.image = run(factory, plan);
			made = true;
		}
		finally {
			if (!made) {
				discard();
			}
		}
	}

	private SandboxImage run(SandboxFactory factory, SnapshotPlan plan) {
		Instance instance = factory.instances().instantiate(this.sandbox);
		if (plan.afterStart()) {
			refuseGrowingTables(factory.moduleName(), factory.module().report());
			GuestInstance guest = this.sandbox.leaseForSnapshot();
			factory.instances().runStart(this.sandbox);
			for (int i = 0; i < plan.warmUp().size(); i++) {
				warmUp(factory.moduleName(), guest, plan.warmUp().get(i), "warm-up[" + i + "]");
			}
			this.sandbox.endSnapshot();
		}
		return SandboxImage.of(instance, factory.module().report().mutations(), this.memory, plan.afterStart());
	}

	private static void refuseGrowingTables(String moduleName, ModuleReport report) {
		if (report.mutations().tableGrowth()) {
			throw new ModuleRejectedException(moduleName, null, Reason.UNSUPPORTED, "snapshot",
					"no snapshot can be taken of it: its code grows tables, which cannot be put back; set snapshot=none",
					null);
		}
	}

	private static void warmUp(String moduleName, GuestInstance guest, SnapshotPlan.Step step, String property) {
		try {
			for (int i = 0; i < step.times(); i++) {
				guest.call(step.function(), step.arguments().stream().mapToLong(Long::longValue).toArray());
			}
		}
		catch (WasmSandboxException ex) {
			throw new ModuleRejectedException(moduleName, step.function().name(), Reason.INSTANTIATION_FAILED, property,
					"a warm-up call failed: " + ex.getMessage(), ex);
		}
	}

	SandboxImage image() {
		return this.image;
	}

	MemoryImage memoryImage(MemoryBackend backend) {
		return backend.image(this.memory.content(), this.memory.size());
	}

	void discard() {
		this.sandbox.endSnapshot();
		this.memory.close(ResetStrategy.safe());
		this.memory.release();
	}

}
