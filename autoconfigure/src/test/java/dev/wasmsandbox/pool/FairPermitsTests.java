package dev.wasmsandbox.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Lanes are served in turns, and no permit is lost. The time-out only guards. */
@Timeout(60)
class FairPermitsTests {

	private static final long LONG = TimeUnit.HOURS.toNanos(1);

	private final BlockingQueue<String> served = new LinkedBlockingQueue<>();

	/** Has a thread wait; returns when it does. */
	private Thread waiter(FairPermits permits, String lane, String name) {
		int before = permits.waiting();
		Thread thread = Thread.ofVirtual().start(() -> {
			try {
				this.served.add(permits.await(lane, LONG) ? name : "none for " + name);
			}
			catch (InterruptedException _) {
				this.served.add("interrupted " + name);
			}
		});
		Awaitility.await().until(() -> permits.waiting() == before + 1);
		return thread;
	}

	@Test
	void aLaneThatFloodsIsServedInTurnsWithTheOthers() throws Exception {
		FairPermits permits = new FairPermits(1);
		assertThat(permits.tryTake()).isTrue();
		for (int i = 0; i < 20; i++) {
			waiter(permits, "flood", "flood " + i);
		}
		waiter(permits, "quiet", "quiet 0");
		waiter(permits, "quiet", "quiet 1");
		waiter(permits, "late", "late 0");
		List<String> order = new ArrayList<>();
		for (int i = 0; i < 23; i++) {
			permits.giveBack();
			order.add(this.served.take());
		}
		assertThat(order).startsWith("flood 0", "quiet 0", "late 0", "flood 1", "quiet 1", "flood 2", "flood 3");
		assertThat(order).endsWith("flood 18", "flood 19");
		permits.giveBack();
		assertThat(permits.free()).isEqualTo(1);
	}

	@Test
	void aLaneThatComesBackGoesBehindTheOthers() throws Exception {
		FairPermits permits = new FairPermits(1);
		assertThat(permits.tryTake()).isTrue();
		waiter(permits, "a", "a0");
		waiter(permits, "b", "b0");
		permits.giveBack();
		assertThat(this.served.take()).isEqualTo("a0");
		waiter(permits, "a", "a1");
		permits.giveBack();
		assertThat(this.served.take()).isEqualTo("b0");
		permits.giveBack();
		assertThat(this.served.take()).isEqualTo("a1");
	}

	@Test
	void nobodyPassesThoseWhoWait() {
		FairPermits permits = new FairPermits(0);
		Thread waiting = waiter(permits, "a", "a");
		assertThat(permits.tryTake()).isFalse();
		permits.giveBack();
		assertThat(permits.tryTake()).isFalse();
		Awaitility.await().until(() -> !waiting.isAlive());
		assertThat(this.served).containsExactly("a");
	}

	@Test
	void whoIsInterruptedHasNothingAndStandsInNobodysWay() throws Exception {
		FairPermits permits = new FairPermits(0);
		Thread first = waiter(permits, "a", "first");
		waiter(permits, "a", "second");
		first.interrupt();
		assertThat(this.served.take()).isEqualTo("interrupted first");
		assertThat(permits.waiting()).isEqualTo(1);
		permits.giveBack();
		assertThat(this.served.take()).isEqualTo("second");
		assertThat(permits.free()).isZero();
	}

	@Test
	void whoGetsNoneInTimeWaitsNoLonger() throws Exception {
		FairPermits permits = new FairPermits(0);
		assertThat(permits.await("a", 0)).isFalse();
		assertThat(permits.await("a", 1_000)).isFalse();
		assertThat(permits.await("a", -1)).isFalse();
		assertThat(permits.waiting()).isZero();
		permits.giveBack();
		assertThat(permits.await("a", 0)).as("one that is free needs no time").isTrue();
	}

	@Test
	void fewerPermitsTakeEffectAsTheyComeBack() {
		FairPermits permits = new FairPermits(2);
		assertThat(permits.tryTake()).isTrue();
		assertThat(permits.tryTake()).isTrue();
		permits.change(-1);
		assertThat(permits.free()).isEqualTo(-1);
		permits.giveBack();
		assertThat(permits.tryTake()).isFalse();
		permits.giveBack();
		assertThat(permits.tryTake()).isTrue();
	}

	@Test
	void manyThreadsLoseNoneAndNeverHaveMore() throws Exception {
		int number = 3;
		FairPermits permits = new FairPermits(number);
		AtomicInteger out = new AtomicInteger();
		AtomicInteger timesTaken = new AtomicInteger();
		try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			List<Future<?>> all = new ArrayList<>();
			for (int i = 0; i < 24; i++) {
				String lane = "lane " + i % 5;
				all.add(threads.submit(() -> {
					for (int turn = 0; turn < 400; turn++) {
						if (take(permits, lane)) {
							timesTaken.incrementAndGet();
							assertThat(out.incrementAndGet()).isLessThanOrEqualTo(number);
							LockSupport.parkNanos(1_000);
							out.decrementAndGet();
							permits.giveBack();
						}
					}
				}));
			}
			for (Future<?> one : all) {
				one.get();
			}
		}
		assertThat(timesTaken).hasPositiveValue();
		assertThat(permits.free()).isEqualTo(number);
		assertThat(permits.waiting()).isZero();
	}

	private static boolean take(FairPermits permits, String lane) {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		try {
			if (random.nextInt(10) == 0) {
				Thread.currentThread().interrupt();
			}
			return permits.tryTake() || permits.await(lane, random.nextInt(3) * 50_000L);
		}
		catch (InterruptedException _) {
			return false;
		}
		finally {
			boolean ignored = Thread.interrupted();
		}
	}

}
