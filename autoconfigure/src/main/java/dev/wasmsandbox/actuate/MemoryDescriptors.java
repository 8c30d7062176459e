package dev.wasmsandbox.actuate;

import dev.wasmsandbox.memory.MemoryBudget;
import dev.wasmsandbox.memory.MemoryUse;
import org.jspecify.annotations.Nullable;

/**
 * What the {@link WasmEndpoint} says about memory. All sizes are in bytes, as their names
 * say.
 */
public final class MemoryDescriptors {

	private MemoryDescriptors() {
	}

	/**
	 * What a module's sandboxes take in memory at this moment.
	 *
	 * @param imageBytes what the image takes that all of them share
	 * @param reservedBytes reserved address space, which costs nothing by itself
	 * @param leasedBytes what leased sandboxes may use at their present size
	 * @param grownBytes what running sandboxes have beyond their image
	 * @param residentLeasedBytes pages of leased sandboxes that are in memory
	 * @param residentIdleBytes pages of idle sandboxes that are in memory
	 */
	public record MemoryUseDescriptor(long imageBytes, long reservedBytes, long leasedBytes, long grownBytes,
			long residentLeasedBytes, long residentIdleBytes) {

		static MemoryUseDescriptor of(MemoryUse use) {
			return new MemoryUseDescriptor(use.image(), use.reserved(), use.leased(), use.grown(), use.residentLeased(),
					use.residentIdle());
		}

	}

	/**
	 * The memory of all modules together.
	 *
	 * @param countedBytes what counts against {@code wasm.limits.total-memory}
	 * @param limitBytes the limit; absent if there is none
	 */
	public record BudgetDescriptor(long countedBytes, @Nullable Long limitBytes) {

		static BudgetDescriptor of(MemoryBudget budget) {
			return new BudgetDescriptor(budget.counted(), budget.limited() ? budget.limit() : null);
		}

	}

}
