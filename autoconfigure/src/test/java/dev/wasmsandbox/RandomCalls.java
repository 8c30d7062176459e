package dev.wasmsandbox;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

import dev.wasmsandbox.error.WasmSandboxException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.guest.BufferMapping;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.limits.SnapshotPoint;
import dev.wasmsandbox.memory.BufferAccess;
import dev.wasmsandbox.memory.ZeroCopyBuffer;
import dev.wasmsandbox.module.ModuleSource;
import org.jspecify.annotations.Nullable;

/**
 * Calls of the public API in no sensible order, by eight threads on the same sessions,
 * functions and views, while modules come and go. Only this library's exceptions,
 * {@link IllegalStateException} and what a foreign view says may come out.
 */
final class RandomCalls {

	private static final int THREADS = 8;

	private static final int PLACES = 24;

	private static final int BUFFERS = 6;

	private static final String NAME = "hideaway";

	private final WasmSandboxes registry = WasmSandboxes.builder().build();

	private final AtomicReferenceArray<@Nullable SandboxSession> sessions = new AtomicReferenceArray<>(PLACES);

	private final AtomicReferenceArray<@Nullable WasmFunction> functions = new AtomicReferenceArray<>(PLACES);

	private final AtomicReferenceArray<@Nullable MemorySegment> views = new AtomicReferenceArray<>(PLACES);

	private final AtomicReferenceArray<ZeroCopyBuffer> buffers = new AtomicReferenceArray<>(BUFFERS);

	private final AtomicReferenceArray<@Nullable BufferMapping> mappings = new AtomicReferenceArray<>(PLACES);

	private final AtomicInteger loads = new AtomicInteger();

	private final ConcurrentMap<String, AtomicInteger> endings = new ConcurrentHashMap<>();

	private final AtomicInteger left;

	RandomCalls(int calls) {
		this.left = new AtomicInteger(calls);
		for (int i = 0; i < BUFFERS; i++) {
			this.buffers.set(i, ZeroCopyBuffer.allocate(1 + i * 3_000L));
		}
	}

	void run() throws Exception {
		load();
		List<CompletableFuture<Void>> threads = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			long seed = i;
			threads.add(CompletableFuture.runAsync(() -> loop(new Random(seed)),
					(task) -> Thread.ofPlatform().start(task)));
		}
		threads.forEach(CompletableFuture::join);
		this.registry.close();
		for (int i = 0; i < BUFFERS; i++) {
			this.buffers.get(i).close();
		}
		System.out.println(this.endings);
		// Asynchronous calls end as they would, after the registry closed.
		Resources.awaitAtMost(new Resources(0, 0, 0));
		CrashProgram.require(Resources.imageMappings() == 0, "all mappings are back");
		CrashProgram.require(Resources.bufferMappings() == 0, "all buffers are back");
		CrashProgram.require(this.endings.containsKey("fine"), "some calls went well");
	}

	private void load() {
		this.registry.load(ModuleDefinition.named(NAME)
			.source(ModuleSource.of(Fixtures.bytes(NAME)))
			.limits(SandboxLimits.defaults().withCallTimeout(Duration.ofMillis(5)))
			.pool(new PoolSettings(16, Duration.ZERO))
			.snapshot((this.loads.getAndIncrement() % 2 == 0) ? SnapshotPoint.NONE : SnapshotPoint.AFTER_START)
			.build());
	}

	private void loop(Random random) {
		List<SandboxSession> own = new ArrayList<>();
		calls(random, own);
		own.forEach(SandboxSession::close);
	}

	private void calls(Random random, List<SandboxSession> own) {
		while (this.left.getAndDecrement() > 0) {
			String ending = "fine";
			try {
				step(random, own);
			}
			catch (WasmSandboxException | IllegalStateException | IndexOutOfBoundsException | WrongThreadException ex) {
				ending = ex.getClass().getSimpleName();
			}
			this.endings.computeIfAbsent(ending, (key) -> new AtomicInteger()).incrementAndGet();
		}
	}

	private void step(Random random, List<SandboxSession> own) {
		int kind = random.nextInt(1_000);
		int place = random.nextInt(PLACES);
		if (kind < 2) {
			reload();
		}
		else if (kind < 100) {
			open(place, own);
		}
		else if (kind < 250) {
			callOnce(random, kind);
		}
		else {
			SandboxSession session = this.sessions.get(place);
			MemorySegment view = this.views.get(place);
			WasmFunction function = this.functions.get(place);
			if (kind < 400 && function != null) {
				function.callRaw(random.nextLong());
			}
			else if (kind < 600 && view != null) {
				useView(view, random);
			}
			else if (session != null) {
				useSession(session, place, kind, random);
			}
		}
	}

	private void reload() {
		this.registry.unload(NAME);
		load();
	}

	/** Each thread closes its own at last, whoever tried before. */
	private void open(int place, List<SandboxSession> own) {
		if (own.size() == 3) {
			own.removeFirst().close();
		}
		SandboxSession session = this.registry.get(NAME).openSession();
		own.add(session);
		this.sessions.set(place, session);
		this.functions.set(place, session.export("hide"));
		this.views.set(place, session.memory().view(0, 3 * 65_536));
	}

	private void callOnce(Random random, int kind) {
		WasmSandbox sandbox = this.registry.get(NAME);
		if (kind < 102) {
			sandbox.call("spin", void.class);
		}
		else if (kind < 110) {
			sandbox.callAsync("hide", void.class, random.nextLong()).cancel(true);
		}
		else if (kind < 130) {
			sandbox.call("fail", void.class);
		}
		else if (sandbox.call("seek", int.class, 1L) != 0) {
			throw new AssertionError("a call found what another one left");
		}
	}

	private static void useView(MemorySegment view, Random random) {
		long at = random.nextLong(-8, view.byteSize() + 8);
		if (random.nextBoolean()) {
			view.set(ValueLayout.JAVA_LONG_UNALIGNED, at, random.nextLong());
		}
		else {
			view.asSlice(Math.clamp(at, 0, view.byteSize() - 8), 8).fill((byte) 1);
		}
	}

	private void useSession(SandboxSession session, int place, int kind, Random random) {
		int address = random.nextBoolean() ? random.nextInt() : random.nextInt(4 * 65_536);
		switch (kind % 12) {
			case 0 -> session.call("hide", void.class, random.nextLong());
			case 1 -> session.memory().grow(random.nextInt(-2, 4));
			case 2 -> session.memory().writeLong(address, random.nextLong());
			case 3 -> session.memory().readBytes(address, random.nextInt(-1, 70_000));
			case 4 -> this.views.set(place, session.memory().view(address, random.nextInt(8, 100)));
			case 5 -> this.functions.set(place, session.export("seek"));
			case 6 -> session.memory().readString(address, 3);
			case 7, 8 -> this.mappings.set(place,
					session.map(this.buffers.get(random.nextInt(BUFFERS)), address & -ZeroCopyBuffer.PAGE,
							random.nextBoolean() ? BufferAccess.READ_ONLY : BufferAccess.READ_WRITE));
			case 9 -> unmap(place);
			case 10 -> useBuffer(random);
			default -> session.close();
		}
	}

	private void unmap(int place) {
		BufferMapping mapping = this.mappings.get(place);
		if (mapping != null) {
			mapping.unmap();
		}
	}

	/** Whoever closes one puts another in its place. */
	private void useBuffer(Random random) {
		int place = random.nextInt(BUFFERS);
		ZeroCopyBuffer buffer = this.buffers.get(place);
		if (random.nextInt(4) > 0) {
			useView(buffer.view(0, Math.max(8, buffer.size())), random);
			return;
		}
		buffer.close();
		ZeroCopyBuffer next = ZeroCopyBuffer.allocate(random.nextInt(5 * ZeroCopyBuffer.PAGE));
		if (!this.buffers.compareAndSet(place, buffer, next)) {
			next.close();
		}
	}

}
