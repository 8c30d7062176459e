package dev.wasmsandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.guest.BufferMapping;
import dev.wasmsandbox.memory.BufferAccess;
import dev.wasmsandbox.memory.ZeroCopyBuffer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Hides secrets in a module's sandboxes in every way there is to use one, and notes
 * whatever a later user finds of them.
 */
final class LeakHunt {

	/** One turn in so many runs into the time limit, which costs that long. */
	private static final int TIMEOUT_EVERY = 97;

	/** Where buffers are mapped; a guest with less memory hides things without one. */
	private static final long ROOM_FOR_BUFFERS = 10L * ZeroCopyBuffer.PAGE;

	private final HuntedModule module;

	private final WasmSandbox sandbox;

	private final int everything;

	private final int checkEvery;

	private final Queue<String> leaks = new ConcurrentLinkedQueue<>();

	private final AtomicInteger late = new AtomicInteger();

	private final AtomicInteger seen = new AtomicInteger();

	/**
	 * A hunt.
	 * @param everything what seek answers after hide in the same sandbox
	 * @param checkEvery the turns from one field-by-field comparison to the next
	 */
	LeakHunt(HuntedModule module, int everything, int checkEvery) {
		this.module = module;
		this.sandbox = module.sandbox();
		this.everything = everything;
		this.checkEvery = checkEvery;
	}

	/** Runs the turns on virtual threads and returns what was found. */
	List<String> run(int turns, int hunters) throws Exception {
		AtomicInteger next = new AtomicInteger();
		try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			List<Future<?>> all = new ArrayList<>();
			for (int i = 0; i < hunters; i++) {
				all.add(threads.submit(() -> {
					for (int turn = next.getAndIncrement(); turn < turns; turn = next.getAndIncrement()) {
						turnInTime(turn);
					}
					return null;
				}));
			}
			for (Future<?> one : all) {
				one.get();
			}
		}
		assertThat(this.seen.get()).as("how often a hunter saw what it had hidden itself").isPositive();
		assertThat(this.late.get()).as("turns that a busy machine stopped")
			.isLessThanOrEqualTo(Math.max(1, turns / 10));
		return List.copyOf(this.leaks);
	}

	/** A machine that is busy compiling may stop an honest call: no leak, but no turn. */
	private void turnInTime(int turn) {
		try {
			turn(turn);
		}
		catch (SandboxTimeoutException _) {
			this.late.incrementAndGet();
		}
	}

	private void turn(int turn) {
		long secret = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
		if (turn % TIMEOUT_EVERY == TIMEOUT_EVERY - 1) {
			hideAndFail("spin", secret);
		}
		else {
			switch (turn % 8) {
				case 0 -> hideInSession(secret);
				case 1 -> hideInBuffer(secret);
				case 2 -> this.sandbox.call("hide", void.class, secret);
				case 3 -> hideAndFail("fail", secret);
				case 4 -> hideAndCancel(secret);
				case 5 -> hideAndInterrupt(secret);
				case 6 -> note(this.sandbox.call("unfold", int.class) == 2, "a segment is another one");
				default -> seek(this.sandbox.call("seek", int.class, secret));
			}
		}
		if (turn % this.checkEvery == 0) {
			this.module.differencesFromNew().forEach((difference) -> note(false, difference));
		}
	}

	private void seek(int found) {
		note(found == 0, "seek found " + found);
	}

	private void hideInSession(long secret) {
		try (SandboxSession session = this.sandbox.openSession()) {
			if ((secret & 8) == 0) {
				seek(session.call("seek", int.class, secret));
			}
			session.call("hide", void.class, secret);
			if ((secret & 16) == 0) {
				note(session.call("seek", int.class, secret) == this.everything, "a hunter does not see its own");
				this.seen.incrementAndGet();
			}
		}
	}

	/**
	 * In a buffer beside the guest's own memory, taken away before or with the session.
	 */
	private void hideInBuffer(long secret) {
		try (ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(3 * ZeroCopyBuffer.PAGE);
				SandboxSession session = this.sandbox.openSession()) {
			buffer.view().fill((byte) secret);
			if (session.memory().size() < ROOM_FOR_BUFFERS) {
				session.call("hide", void.class, secret);
				return;
			}
			BufferMapping mapping = session.map(buffer, (int) (secret & 7) * ZeroCopyBuffer.PAGE,
					((secret & 32) == 0) ? BufferAccess.READ_ONLY : BufferAccess.READ_WRITE);
			session.call("hide", void.class, secret);
			session.memory().writeLong(mapping.address(), secret);
			if ((secret & 64) == 0) {
				mapping.unmap();
				session.memory().readLong(mapping.address());
			}
			note(session.call("seek", int.class, secret) != 0, "a hunter with a buffer sees nothing");
		}
	}

	private void hideAndFail(String how, long secret) {
		try (SandboxSession session = this.sandbox.openSession()) {
			session.call("hide", void.class, secret);
			try {
				session.call(how, void.class);
				note(false, how + " returned");
			}
			catch (SandboxTrapException | SandboxTimeoutException _) {
				// As it should.
			}
		}
	}

	/** The cancellation comes before, during or after the call, or as it returns. */
	private void hideAndCancel(long secret) {
		CompletableFuture<Integer> future = this.sandbox.callAsync("seek", int.class, secret);
		pause();
		if (!future.cancel(true)) {
			seek(future.join());
		}
	}

	/** An interrupt stops the call or arrives too late, but never hits the next one. */
	private void hideAndInterrupt(long secret) {
		Thread self = Thread.currentThread();
		CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {
			pause();
			self.interrupt();
		}, Thread::startVirtualThread);
		try {
			this.sandbox.call("hide", void.class, secret);
			seek(this.sandbox.call("seek", int.class, secret));
		}
		catch (SandboxInterruptedException _) {
			// It was stopped.
		}
		other.join();
		boolean ignored = Thread.interrupted();
	}

	private static void pause() {
		long end = System.nanoTime() + ThreadLocalRandom.current().nextLong(300_000);
		while (System.nanoTime() < end) {
			Thread.onSpinWait();
		}
	}

	private void note(boolean clean, String what) {
		if (!clean) {
			this.leaks.add(what);
		}
	}

}
