package dev.wasmsandbox;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.memory.MemoryBackend;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** How long views of a guest's memory live, whoever uses them, on each backend. */
@Timeout(60)
@ParameterizedClass
@EnumSource(MemoryBackend.class)
class ViewLifeTests {

	private static final PoolSettings TWO = new PoolSettings(2, Duration.ZERO);

	/** The session that native code closes, and what that ended with. */
	private static final AtomicReference<@Nullable SandboxSession> CLOSED_INSIDE = new AtomicReference<>();

	private static final AtomicReference<@Nullable Throwable> FAILURE = new AtomicReference<>();

	private static final AtomicInteger COMPARISONS = new AtomicInteger();

	private final MemoryBackend backend;

	ViewLifeTests(MemoryBackend backend) {
		this.backend = backend;
	}

	@Test
	void viewsOfAHostCallEndWithItAndThoseOfTheSessionDoNot() {
		List<MemorySegment> views = new ArrayList<>();
		HostFunction keep = HostFunction.of("env", "add", "(i32, i32) -> i32", (context, arguments) -> {
			MemorySegment view = context.memory().view(64, 8);
			view.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, 42);
			views.add(view);
			views.add(context.memory().readOnlyView(64, 8));
			return new long[] { view.get(ValueLayout.JAVA_BYTE, 0) };
		});
		try (WasmSandbox sandbox = HostCalls.with(keep).backend(this.backend).build();
				SandboxSession session = sandbox.openSession()) {
			MemorySegment whole = session.memory().view(0, 128);
			for (int i = 0; i < 3; i++) {
				assertThat(session.call("run_add", int.class, 1, 2)).isEqualTo(42);
				assertThat(whole.get(ValueLayout.JAVA_LONG_UNALIGNED, 64)).isEqualTo(42);
			}
			assertThat(views).hasSize(6)
				.allSatisfy((view) -> assertThatIllegalStateException()
					.isThrownBy(() -> view.get(ValueLayout.JAVA_BYTE, 0)));
			assertThat(session.memory().readLong(64)).isEqualTo(42);
		}
	}

	@Test
	void otherThreadsCannotReadAChannelIntoAViewAndHoldIt() throws Exception {
		Pipe pipe = Pipe.open();
		try (Pipe.SourceChannel source = pipe.source();
				Pipe.SinkChannel sink = pipe.sink();
				WasmSandbox sandbox = TestModules.builder("state").backend(this.backend).pool(TWO).build()) {
			SandboxSession session = sandbox.openSession();
			ByteBuffer buffer = session.memory().view(0, 8).asByteBuffer();
			assertThat(CompletableFuture.supplyAsync(() -> read(source, buffer)).handle((count, ex) -> ex).join())
				.hasRootCauseInstanceOf(WrongThreadException.class);
			session.close();
			assertThat(sink.write(ByteBuffer.wrap(new byte[8]))).isEqualTo(8);
			assertThat(sandbox.statistics().pool().leased()).isZero();
		}
	}

	private static int read(Pipe.SourceChannel source, ByteBuffer buffer) {
		try {
			return source.read(buffer);
		}
		catch (IOException ex) {
			throw new CompletionException(ex);
		}
	}

	/**
	 * Native code that sorts a view calls back, and the session is closed there: the view
	 * cannot be ended, so nobody else gets the memory.
	 */
	@Test
	@EnabledOnOs(OS.LINUX)
	void aSessionClosedWhileNativeCodeUsesAViewGivesTheMemoryToNobody() throws Throwable {
		COMPARISONS.set(0);
		try (WasmSandbox sandbox = TestModules.builder("hideaway").backend(this.backend).pool(TWO).build();
				Arena arena = Arena.ofConfined()) {
			SandboxSession session = sandbox.openSession();
			MemorySegment view = session.memory().view(0, 4_096);
			for (int i = 0; i < 1_024; i++) {
				view.setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, 1_000 - i);
			}
			CLOSED_INSIDE.set(session);
			sort(view, arena);
			assertThat(FAILURE.get()).isNull();
			assertThat(COMPARISONS.get()).isGreaterThan(1_000);
			assertThatIllegalStateException().isThrownBy(() -> session.memory().readInt(0));
			session.close();
			assertThat(sandbox.statistics().pool().leased()).isZero();
			assertThat(sandbox.statistics().pool().idle()).isZero();
			for (int i = 0; i < 20; i++) {
				assertThat(sandbox.call("seek", int.class, 1L)).isZero();
			}
			// What sorted it could still read it, and saw nobody else's.
			assertThat(view.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, 1_023)).isEqualTo(1_000);
		}
	}

	private static void sort(MemorySegment view, Arena arena) throws Throwable {
		Linker linker = Linker.nativeLinker();
		MethodHandle sort = linker.downcallHandle(linker.defaultLookup().findOrThrow("qsort"), FunctionDescriptor
			.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
		MethodHandle compare = MethodHandles.lookup()
			.findStatic(ViewLifeTests.class, "compare",
					MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class));
		MemorySegment comparator = linker.upcallStub(compare,
				FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS), arena);
		sort.invokeExact(view, 1_024L, 4L, comparator);
	}

	static int compare(MemorySegment left, MemorySegment right) {
		try {
			if (COMPARISONS.incrementAndGet() == 10) {
				Objects.requireNonNull(CLOSED_INSIDE.getAndSet(null)).close();
			}
			return Integer.compare(left.reinterpret(4).get(ValueLayout.JAVA_INT_UNALIGNED, 0),
					right.reinterpret(4).get(ValueLayout.JAVA_INT_UNALIGNED, 0));
		}
		catch (Throwable ex) {
			FAILURE.set(ex);
			return 0;
		}
	}

}
