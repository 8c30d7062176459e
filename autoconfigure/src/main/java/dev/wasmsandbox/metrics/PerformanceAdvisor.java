package dev.wasmsandbox.metrics;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.wasmsandbox.WasmSandboxes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has all rules look at the last window. Thread-safe.
 */
public final class PerformanceAdvisor {

	private static final Logger log = LoggerFactory.getLogger(PerformanceAdvisor.class);

	private final PerformanceMetrics metrics;

	private final WasmSandboxes sandboxes;

	private final List<RecommendationRule> rules;

	private final Set<RecommendationRule> failed = ConcurrentHashMap.newKeySet();

	private final boolean hugeMethodsInterpreted = hugeMethodsInterpreted();

	/**
	 * Creates an advisor.
	 * @param rules in any order; what they say is ordered by how much it matters
	 */
	public PerformanceAdvisor(PerformanceMetrics metrics, WasmSandboxes sandboxes, List<RecommendationRule> rules) {
		this.metrics = metrics;
		this.sandboxes = sandboxes;
		this.rules = List.copyOf(rules);
	}

	/** What is recommended at this moment, what matters most first. */
	public List<PerformanceRecommendation> recommendations() {
		Situation situation = situation();
		List<PerformanceRecommendation> all = new ArrayList<>();
		for (RecommendationRule rule : this.rules) {
			try {
				rule.recommend(situation).stream().filter(Objects::nonNull).forEach(all::add);
			}
			catch (RuntimeException | LinkageError | StackOverflowError ex) {
				// A rule of the application's own must not silence the others, nor fill
				// the log: it is asked with each request.
				if (this.failed.add(rule)) {
					log.warn("The rule '{}' failed and recommends nothing; it is not told again", name(rule), ex);
				}
			}
		}
		all.sort(Comparator.comparing(PerformanceRecommendation::severity).reversed());
		return all;
	}

	private static String name(RecommendationRule rule) {
		return rule.getClass().getName();
	}

	/** What rules look at, at this moment. */
	public Situation situation() {
		return new Situation(this.metrics.windows(this.sandboxes), this.metrics.summary(this.sandboxes),
				CacheView.of(this.sandboxes.cache()), this.sandboxes.tenants().statistics(),
				this.metrics.settings().targets(), Runtime.getRuntime().availableProcessors(),
				this.hugeMethodsInterpreted);
	}

	private static boolean hugeMethodsInterpreted() {
		HotSpotDiagnosticMXBean hotSpot = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
		try {
			return hotSpot != null && Boolean.parseBoolean(hotSpot.getVMOption("DontCompileHugeMethods").getValue());
		}
		catch (IllegalArgumentException _) {
			// Another JVM, which has no such option.
			return false;
		}
	}

}
