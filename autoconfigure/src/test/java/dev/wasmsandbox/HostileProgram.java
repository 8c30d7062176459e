package dev.wasmsandbox;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.HostFunctionException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.fixtures.hostile.HostileModule;
import dev.wasmsandbox.fixtures.hostile.HostileModules;
import dev.wasmsandbox.fixtures.hostile.Stage;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.module.ModuleSource;
import org.jspecify.annotations.Nullable;

/**
 * Lets every hostile module attack, in a JVM of its own with little heap and metaspace.
 * Ends with exit code 0 and the word "survived" if each ended as it must, a healthy
 * module answered all the while, and everything taken was given back.
 */
final class HostileProgram {

	private static final Duration CALL_TIMEOUT = Duration.ofMillis(100);

	/** Whoever passes this hangs, however busy the machine is. */
	private static final Duration HANG = Duration.ofMinutes(1);

	/** What the guest's own thread may work at most. */
	private static final Duration MOST_WORK = Duration.ofSeconds(2);

	/** Messages go to logs, and the module chooses the names in them. */
	private static final int LONGEST_MESSAGE = 100_000;

	private static final List<String> REPEATED = List.of("loop-by-br-if", "recursion");

	private final List<String> problems = new ArrayList<>();

	private final ExecutorService runner = Executors
		.newSingleThreadExecutor(Thread.ofPlatform().name("hostile").daemon().factory());

	private final Map<String, Long> slowest = new HashMap<>();

	private HostileProgram() {
	}

	public static void main(String[] arguments) throws Exception {
		HostileProgram program = new HostileProgram();
		List<HostileModule> modules = HostileModules.all();
		try (Footprint.Healthy healthy = new Footprint.Healthy()) {
			modules.stream().filter((module) -> REPEATED.contains(module.name())).forEach(program::attack);
			healthy.call();
			Footprint before = Footprint.settled();
			modules.forEach(program::attack);
			program.runner.shutdown();
			System.out.println("attacks: " + modules.size() + ", healthy calls: " + healthy.calls());
			program.problems.addAll(healthy.problems());
			program.problems.addAll(before.growth());
		}
		program.slowest.entrySet()
			.stream()
			.sorted(Map.Entry.<String, Long>comparingByValue().reversed())
			.limit(12)
			.forEach((entry) -> System.out.println(entry.getValue() + " ms " + entry.getKey()));
		program.problems.forEach(System.out::println);
		System.out.println(program.problems.isEmpty() ? "survived" : program.problems.size() + " problems");
		System.exit(program.problems.isEmpty() ? 0 : 1);
	}

	private void attack(HostileModule module) {
		long begin = System.nanoTime();
		Future<String> ending = this.runner.submit(() -> {
			long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
			String end = ending(module);
			long worked = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu;
			return (worked <= MOST_WORK.toNanos()) ? end : end + " after " + worked / 1_000_000 + " ms of work";
		});
		try {
			String actual = ending.get(HANG.toMillis(), TimeUnit.MILLISECONDS);
			if (!actual.equals(module.ending())) {
				this.problems.add(module + ": expected " + module.ending() + ", but " + actual);
			}
		}
		catch (TimeoutException _) {
			throw new IllegalStateException(module + " hangs");
		}
		catch (Exception ex) {
			this.problems.add(module + ": not typed: " + ex.getCause());
		}
		this.slowest.put(module.toString(), (System.nanoTime() - begin) / 1_000_000);
	}

	private static String ending(HostileModule module) {
		String seen;
		try (WasmSandboxes registry = registry()) {
			try {
				seen = run(module, registry.load(definition(module)));
			}
			catch (WasmSandboxException ex) {
				seen = describe(ex);
			}
		}
		return seen;
	}

	private static WasmSandboxes registry() {
		return HostileHost.functions(WasmSandboxes.builder()).build();
	}

	private static ModuleDefinition definition(HostileModule module) {
		return ModuleDefinition.named(module.name())
			.source(ModuleSource.of(module.bytes()))
			.limits(SandboxLimits.defaults().withCallTimeout(CALL_TIMEOUT))
			.pool(new PoolSettings(2, Duration.ofSeconds(1)))
			.build();
	}

	private static String run(HostileModule module, WasmSandbox sandbox) {
		if (sandbox.info().report().exportedFunction("run").isEmpty() || module.stage() == Stage.PARSE) {
			return "returns";
		}
		String ending = "";
		for (int i = 0; i < ((module.stage() == Stage.POOL) ? 3 : 1); i++) {
			ending = call(sandbox);
			if (module.stage() == Stage.POOL) {
				int found = sandbox.call("seek", int.class);
				if (found != 0) {
					return "found " + found + " of the last tenant";
				}
			}
		}
		return ending;
	}

	private static String call(WasmSandbox sandbox) {
		try {
			sandbox.call("run", void.class);
			return "returns";
		}
		catch (WasmSandboxException ex) {
			return describe(ex);
		}
	}

	private static String describe(WasmSandboxException failure) {
		if (String.valueOf(failure.getMessage()).length() > LONGEST_MESSAGE) {
			return "a message without end";
		}
		return switch (failure) {
			case ModuleRejectedException rejected -> rejected.reason().name();
			case SandboxTrapException trap -> "trap " + trap.kind();
			case SandboxTimeoutException _ -> "timeout";
			case GuestAbiException _ -> "bad-pointer";
			case SandboxLimitException _ -> "limit";
			case HostFunctionException host -> (cause(host) instanceof GuestAbiException) ? "bad-pointer" : "host";
			default -> failure.toString();
		};
	}

	private static @Nullable Throwable cause(Throwable thrown) {
		return thrown.getCause();
	}

}
