package dev.wasmsandbox.actuate;

import java.util.List;

import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.actuate.PerformanceDescriptors.AnomalyDescriptor;
import dev.wasmsandbox.actuate.PerformanceDescriptors.FunctionDescriptor;
import dev.wasmsandbox.actuate.PerformanceDescriptors.ModulePerformanceDescriptor;
import dev.wasmsandbox.actuate.PerformanceDescriptors.RecommendationDescriptor;
import dev.wasmsandbox.actuate.PerformanceDescriptors.SummaryDescriptor;
import dev.wasmsandbox.actuate.PerformanceDescriptors.TargetDescriptor;
import dev.wasmsandbox.metrics.PerformanceAdvisor;
import dev.wasmsandbox.metrics.PerformanceMetrics;
import dev.wasmsandbox.metrics.PerformanceMonitor;
import dev.wasmsandbox.metrics.PerformanceSummary;
import org.jspecify.annotations.Nullable;

/**
 * What the {@link WasmEndpoint} shows of performance. Thread-safe.
 */
public final class PerformanceView {

	private final PerformanceMonitor monitor;

	private final PerformanceAdvisor advisor;

	private final WasmSandboxes sandboxes;

	/**
	 * Creates a view.
	 * @param sandboxes whose modules are measured
	 */
	public PerformanceView(PerformanceMonitor monitor, PerformanceAdvisor advisor, WasmSandboxes sandboxes) {
		this.monitor = monitor;
		this.advisor = advisor;
		this.sandboxes = sandboxes;
	}

	PerformanceMetrics metrics() {
		return this.monitor.metrics();
	}

	PerformanceSummary summary() {
		return metrics().summary(this.sandboxes);
	}

	List<RecommendationDescriptor> recommendations() {
		return this.advisor.recommendations().stream().map(RecommendationDescriptor::of).toList();
	}

	/** One module; {@code null} if it is not measured. */
	@Nullable ModulePerformanceDescriptor module(String name) {
		PerformanceSummary summary = metrics().summary(this.sandboxes, name).orElse(null);
		if (summary == null) {
			return null;
		}
		return new ModulePerformanceDescriptor(SummaryDescriptor.of(summary), TargetDescriptor.of(summary),
				recommendations().stream().filter((advice) -> name.equals(advice.module())).toList(),
				metrics().window(this.sandboxes, name).map(FunctionDescriptor::of).orElse(List.of()),
				this.monitor.anomalies(name).stream().map(AnomalyDescriptor::of).toList());
	}

}
