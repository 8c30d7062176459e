package dev.wasmsandbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.limits.PoolSettings;

/**
 * Runs endless guests on 40 virtual threads, of which two have a carrier, and other work
 * on further ones meanwhile. Where guests kept all carriers it would not end.
 */
final class StarvationProgram {

	private StarvationProgram() {
	}

	public static void main(String[] arguments) throws Exception {
		AtomicInteger ended = new AtomicInteger();
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.name("endless")
			.source(Wat.assemble("(module (func (export \"spin\") (loop (br 0))))"))
			.callTimeout(Duration.ofHours(1))
			.pool(new PoolSettings(64, Duration.ofHours(1)))
			.build()) {
			List<Thread> guests = new ArrayList<>();
			for (int i = 0; i < 40; i++) {
				guests.add(Thread.ofVirtual().start(() -> {
					try {
						sandbox.call("spin", void.class);
					}
					catch (SandboxInterruptedException _) {
						ended.incrementAndGet();
					}
				}));
			}
			while (sandbox.statistics().pool().leased() == 0) {
				Thread.onSpinWait();
			}
			for (int round = 0; round < 20; round++) {
				CountDownLatch done = new CountDownLatch(100);
				for (int i = 0; i < 100; i++) {
					Thread.ofVirtual().start(done::countDown);
				}
				done.await();
			}
			System.out.println("others ran beside " + sandbox.statistics().pool().leased());
			for (Thread guest : guests) {
				guest.interrupt();
			}
			for (Thread guest : guests) {
				guest.join();
			}
		}
		System.out.println("ended " + ended);
	}

}
