package dev.wasmsandbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.module.ModuleSource;

/**
 * What might crash a JVM, run in one of its own by {@link NoCrashTests}. Ends with exit
 * code 0 and the word "survived" where all held.
 */
final class CrashProgram {

	private CrashProgram() {
	}

	public static void main(String[] arguments) throws Exception {
		switch (arguments[0]) {
			case "random" -> new RandomCalls(Integer.parseInt(arguments[1])).run();
			case "registries" -> registries(Integer.parseInt(arguments[1]));
			case "ceiling" -> ceiling();
			default -> throw new IllegalArgumentException(arguments[0]);
		}
		System.out.println("survived");
	}

	private static ModuleDefinition definition(String name, int sandboxes) {
		return ModuleDefinition.named(name)
			.source(ModuleSource.of(Fixtures.bytes("hideaway")))
			.pool(new PoolSettings(sandboxes, Duration.ZERO))
			.build();
	}

	/** Registries come and go, some while a session is open; all they took is back. */
	private static void registries(int count) throws Exception {
		registry(false);
		Resources before = Resources.now();
		for (int i = 0; i < count; i++) {
			registry(i % 2 == 0);
		}
		Resources.awaitAtMost(before);
	}

	private static void registry(boolean closeFirst) {
		WasmSandboxes registry = WasmSandboxes.builder().build();
		WasmSandbox sandbox = registry.load(definition("state", 4));
		SandboxSession session = sandbox.openSession();
		session.call("hide", void.class, 5L);
		sandbox.callAsync("unfold", int.class).join();
		if (closeFirst) {
			registry.close();
			require(session.call("seek", int.class, 5L) == 16_383, "an open session goes on after the registry");
		}
		session.close();
		registry.close();
	}

	/**
	 * Fills the address space with sandboxes until the library says no, twice: the second
	 * time beside gaps, which are mappings too; only the last quarter is closed as a
	 * whole and frees any. Each time the JVM then gets what it wants: heap and threads.
	 */
	private static void ceiling() throws Exception {
		try (WasmSandboxes registry = WasmSandboxes.builder().build()) {
			List<SandboxSession> first = fill(registry.load(definition("first", 200_000)));
			System.out.println("first " + first.size());
			live();
			List<SandboxSession> rest = new ArrayList<>();
			for (int i = 0; i < first.size(); i++) {
				SandboxSession session = first.get(i);
				if (i % 2 == 0 && i < first.size() * 3 / 4) {
					rest.add(session);
				}
				else {
					failAndClose(session);
				}
			}
			List<SandboxSession> second = fill(registry.load(definition("second", 200_000)));
			System.out.println("second " + second.size());
			live();
			rest.addAll(second);
			rest.forEach(SandboxSession::close);
		}
		require(Resources.imageMappings() == 0, "all mappings are back");
	}

	/** A session that failed is discarded, so that its place becomes a gap. */
	private static void failAndClose(SandboxSession session) {
		try {
			session.call("fail", void.class);
		}
		catch (SandboxTrapException _) {
			session.close();
		}
	}

	private static List<SandboxSession> fill(WasmSandbox sandbox) {
		List<SandboxSession> sessions = new ArrayList<>();
		try {
			for (int i = 0; i < 200_000; i++) {
				SandboxSession session = sandbox.openSession();
				sessions.add(session);
				session.memory().writeLong(64, i);
			}
			throw new IllegalStateException("no limit was met");
		}
		catch (SandboxLimitException ex) {
			System.out.println(ex.getMessage());
		}
		for (int i = 0; i < sessions.size(); i += 97) {
			require(sessions.get(i).memory().readLong(64) == i, "sessions keep their own");
		}
		return sessions;
	}

	private static void live() throws InterruptedException {
		List<byte[]> heap = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			heap.add(new byte[1 << 20]);
		}
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			threads.add(Thread.ofPlatform().start(() -> require(heap.size() == 300, "heap")));
		}
		for (Thread thread : threads) {
			thread.join();
		}
	}

	static void require(boolean held, String what) {
		if (!held) {
			throw new IllegalStateException("it does not hold that " + what);
		}
	}

}
