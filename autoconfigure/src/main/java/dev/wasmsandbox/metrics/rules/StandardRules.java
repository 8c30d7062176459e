package dev.wasmsandbox.metrics.rules;

import java.util.List;

import dev.wasmsandbox.metrics.RecommendationRule;

/** The rules of the library. */
public final class StandardRules {

	private StandardRules() {
	}

	/** All of them. */
	public static List<RecommendationRule> all() {
		return List.of(new PoolTooSmallRule(), new QueueingRule(), new PoolTooLargeRule(), new ColdStartRule(),
				new WarmUpRule(), new CacheTooSmallRule(), new RecompiledRule(), new MemoryLimitNearRule(),
				new MemoryLimitGenerousRule(), new MuchWrittenRule(), new HugeMethodsRule(), new AllocationChurnRule(),
				new ClusteredTimeoutsRule(), new TrapsRisingRule(), new LargeCopiesRule(), new SessionsHeldLongRule(),
				new TenantsStarvingRule(), new LatencyTargetRule());
	}

}
