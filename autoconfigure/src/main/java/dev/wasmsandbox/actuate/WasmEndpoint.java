package dev.wasmsandbox.actuate;

import java.util.List;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.actuate.MemoryDescriptors.BudgetDescriptor;
import dev.wasmsandbox.actuate.ModuleDescriptors.CacheDescriptor;
import dev.wasmsandbox.actuate.ModuleDescriptors.ModuleDescriptor;
import dev.wasmsandbox.actuate.ModuleDescriptors.ModuleDetailsDescriptor;
import dev.wasmsandbox.actuate.PerformanceDescriptors.RecommendationDescriptor;
import dev.wasmsandbox.actuate.PerformanceDescriptors.SummaryDescriptor;
import dev.wasmsandbox.actuate.PerformanceDescriptors.TargetDescriptor;
import dev.wasmsandbox.error.UnknownModuleException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.metrics.PerformanceSummary;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * The endpoint {@code wasm}: the loaded modules and the module cache. What it does to a
 * module are its {@link ModuleAction}s.
 */
@Endpoint(id = "wasm")
public class WasmEndpoint {

	private final WasmSandboxes sandboxes;

	private final @Nullable PerformanceView performance;

	/**
	 * Creates the endpoint without performance.
	 * @param sandboxes whose modules it shows
	 */
	public WasmEndpoint(WasmSandboxes sandboxes) {
		this(sandboxes, null);
	}

	/**
	 * Creates the endpoint.
	 * @param sandboxes whose modules it shows
	 * @param performance how they do; {@code null} if that is not measured
	 */
	public WasmEndpoint(WasmSandboxes sandboxes, @Nullable PerformanceView performance) {
		this.sandboxes = sandboxes;
		this.performance = performance;
	}

	/** All loaded modules, by name, and the cache. */
	@ReadOperation
	public WasmDescriptor modules() {
		List<ModuleDescriptor> modules = this.sandboxes.names()
			.stream()
			.flatMap((name) -> this.sandboxes.find(name).stream())
			.map(ModuleDescriptor::of)
			.toList();
		PerformanceView view = this.performance;
		PerformanceSummary summary = (view != null) ? view.summary() : null;
		return new WasmDescriptor(modules, CacheDescriptor.of(this.sandboxes.cache()),
				BudgetDescriptor.of(this.sandboxes.memoryBudget()), TenantsDescriptor.of(this.sandboxes.tenants()),
				VirtualThreadsDescriptor.of(this.sandboxes.virtualThreadTurns()),
				(summary != null) ? SummaryDescriptor.of(summary) : null,
				(summary != null) ? TargetDescriptor.of(summary) : null,
				(view != null) ? view.recommendations() : null);
	}

	/** One module in detail; {@code null} if no module of that name is loaded. */
	@ReadOperation
	public @Nullable ModuleDetailsDescriptor module(@Selector String module) {
		WasmSandbox sandbox = this.sandboxes.find(module).orElse(null);
		return (sandbox != null) ? details(sandbox) : null;
	}

	private ModuleDetailsDescriptor details(WasmSandbox sandbox) {
		PerformanceView view = this.performance;
		return ModuleDetailsDescriptor.of(sandbox, (view != null) ? view.module(sandbox.name()) : null);
	}

	/**
	 * Does something to a module.
	 * @param action the name of a {@link ModuleAction}
	 * @param size what the action {@code resize} needs, {@code null} for others
	 * @return the module in detail, as it is then
	 * @throws IllegalArgumentException if there is no such action, or it cannot be done
	 * so
	 * @throws UnknownModuleException if no module of that name is loaded
	 * @throws WasmSandboxException if it cannot be done; the module is as before then
	 */
	@WriteOperation
	public ModuleDetailsDescriptor act(@Selector String module, String action, @Nullable Integer size) {
		WasmSandbox sandbox = this.sandboxes.get(module);
		ModuleAction.find(action)
			.orElseThrow(() -> new IllegalArgumentException(
					"There is no action '" + action + "'; there are " + String.join(", ", ModuleAction.texts())))
			.perform(sandbox, new ModuleAction.Context(this.sandboxes, this.performance, size));
		return details(sandbox);
	}

	/**
	 * The answer for all modules.
	 *
	 * @param modules the loaded modules, ordered by name
	 * @param cache the module cache
	 * @param memory the memory of all modules together
	 * @param tenants the tenants and what they use
	 * @param virtualThreads guests on virtual threads, and threads that wait
	 * @param summary what all modules did in the last window; absent, as are the next
	 * two, if that is not measured
	 * @param targets the targets and whether they are met
	 * @param recommendations what to change, what matters most first
	 */
	public record WasmDescriptor(List<ModuleDescriptor> modules, CacheDescriptor cache, BudgetDescriptor memory,
			TenantsDescriptor tenants, VirtualThreadsDescriptor virtualThreads, @Nullable SummaryDescriptor summary,
			@Nullable List<TargetDescriptor> targets,
			@Nullable List<RecommendationDescriptor> recommendations) implements OperationResponseBody {
	}

}
