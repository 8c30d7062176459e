package dev.wasmsandbox;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import dev.wasmsandbox.guest.BufferMapping;
import dev.wasmsandbox.guest.HostContext;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.guest.SandboxAllocator;
import dev.wasmsandbox.memory.BufferAccess;
import dev.wasmsandbox.memory.ZeroCopyBuffer;
import dev.wasmsandbox.observe.WorkRecorder;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What is closed while it is used, and what is used after it was closed. */
@Timeout(60)
class ClosingInUseTests {

	private static final int PAGE = 65_536;

	private final AtomicReference<@Nullable SandboxSession> session = new AtomicReference<>();

	private SandboxSession session() {
		return Objects.requireNonNull(this.session.get());
	}

	private static HostFunction add(HostFunction.Body body) {
		return HostFunction.of("env", "add", "(i32, i32) -> i32", body);
	}

	@Test
	void aSessionCannotBeClosedFromItsOwnHostFunctionAndTheCallGoesOn() {
		try (WasmSandbox sandbox = HostCalls.with(add((context, arguments) -> {
			assertThatIllegalStateException().isThrownBy(session()::close)
				.withMessageContaining("cannot be closed while a call is running in it");
			context.memory().writeInt(64, 7);
			return new long[] { context.memory().readInt(64) };
		})).build(); SandboxSession opened = sandbox.openSession()) {
			this.session.set(opened);
			assertThat(opened.call("run_add", int.class, 1, 2)).isEqualTo(7);
			assertThat(opened.call("loop_add", int.class, 3)).isNotNegative();
			assertThat(opened.memory().readInt(64)).isEqualTo(7);
		}
	}

	@Test
	void aSessionCannotBeClosedByAnotherThreadDuringItsCallAndTheCallGoesOn() throws Exception {
		CountDownLatch inside = new CountDownLatch(1);
		CountDownLatch tried = new CountDownLatch(1);
		try (WasmSandbox sandbox = HostCalls.with(add((context, arguments) -> {
			inside.countDown();
			tried.await();
			return new long[] { context.memory().readInt(64) };
		})).callTimeout(Duration.ofMinutes(1)).build()) {
			CompletableFuture<Integer> call = CompletableFuture.supplyAsync(() -> {
				try (SandboxSession opened = sandbox.openSession()) {
					opened.memory().writeInt(64, 9);
					this.session.set(opened);
					return opened.call("run_add", int.class, 1, 2);
				}
			}, (task) -> Thread.ofPlatform().start(task));
			inside.await();
			assertThatIllegalStateException().isThrownBy(session()::close)
				.withMessageContaining("belongs to another thread");
			assertThat(sandbox.statistics().pool().leased()).isEqualTo(1);
			tried.countDown();
			assertThat(call.join()).isEqualTo(9);
			assertThat(sandbox.statistics().pool().leased()).isZero();
		}
	}

	@Test
	void aCallGoesOnWhenItsSandboxAndRegistryAreClosedInIt() {
		AtomicReference<Runnable> close = new AtomicReference<>(() -> {
		});
		try (WasmSandboxes registry = WasmSandboxes.builder().hostFunction(add((context, arguments) -> {
			MemorySegment view = context.memory().view(0, PAGE);
			close.get().run();
			view.set(ValueLayout.JAVA_INT_UNALIGNED, 64, 11);
			return new long[] { context.memory().readInt(64) };
		}))
			.hostFunction(HostFunction.of("env", "log", "(i32, i32) -> ()", (context, arguments) -> null))
			.hostFunction(HostFunction.of("env", "scale", "(f64) -> f64", (context, arguments) -> arguments))
			.hostFunction(HostFunction.of("env", "now", "() -> i64", (context, arguments) -> new long[] { 0 }))
			.build()) {
			WasmSandbox sandbox = registry
				.load(ModuleDefinition.named("host_calls").source(TestModules.source("host_calls")).build());
			WasmSandbox other = registry
				.load(ModuleDefinition.named("other").source(TestModules.source("host_calls")).build());
			close.set(sandbox::close);
			assertThat(sandbox.call("run_add", int.class, 1, 2)).isEqualTo(11);
			refused(() -> sandbox.call("run_add", int.class, 1, 2));
			close.set(registry::close);
			assertThat(other.call("run_add", int.class, 1, 2)).isEqualTo(11);
			refused(() -> other.call("run_add", int.class, 1, 2));
		}
	}

	/** What is closed at the end of a session. */
	enum Closed {

		SESSION, SANDBOX_FIRST, REGISTRY_FIRST

	}

	@ParameterizedTest
	@EnumSource
	void nothingReachesTheGuestOnceAllIsClosed(Closed kind) {
		WasmSandboxes registry = WasmSandboxes.builder().build();
		WasmSandbox sandbox = registry
			.load(ModuleDefinition.named("memory_test").source(TestModules.source("memory_test")).build());
		SandboxSession opened = sandbox.openSession();
		opened.memory().grow(2);
		ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(PAGE);
		BufferMapping mapping = opened.map(buffer, PAGE, BufferAccess.READ_WRITE);
		MemorySegment view = opened.memory().view(0, 2 * PAGE);
		MemorySegment bufferView = buffer.view();
		SandboxAllocator allocator = opened.allocator();
		WasmFunction function = opened.export("grow");
		if (kind == Closed.SANDBOX_FIRST) {
			sandbox.close();
		}
		else if (kind == Closed.REGISTRY_FIRST) {
			registry.close();
		}
		// An open session outlives both.
		view.set(ValueLayout.JAVA_INT_UNALIGNED, PAGE, 5);
		assertThat(bufferView.get(ValueLayout.JAVA_INT_UNALIGNED, 0)).isEqualTo(5);
		assertThat(opened.memory().readInt(PAGE)).isEqualTo(5);
		assertThat(function.callInt(1)).isPositive();
		opened.close();
		List<ThrowingCallable> uses = new ArrayList<>(List.of(() -> view.get(ValueLayout.JAVA_BYTE, 0),
				() -> view.fill((byte) 1), () -> opened.memory().readInt(0), () -> opened.memory().view(0, 1),
				() -> opened.memory().grow(1), () -> function.callInt(1), () -> opened.export("grow"),
				() -> opened.call("grow", int.class, 1), () -> allocator.allocate(8), () -> opened.allocator(),
				() -> opened.map(buffer, PAGE, BufferAccess.READ_WRITE)));
		mapping.unmap();
		opened.close();
		assertThat(bufferView.get(ValueLayout.JAVA_INT_UNALIGNED, 0)).isEqualTo(5);
		buffer.close();
		buffer.close();
		uses.add(() -> bufferView.get(ValueLayout.JAVA_BYTE, 0));
		uses.add(buffer::view);
		assertThat(uses).allSatisfy(ClosingInUseTests::refused);
		registry.close();
		sandbox.close();
		assertThat(uses).allSatisfy(ClosingInUseTests::refused);
		refused(sandbox::openSession);
	}

	@Test
	void aContextIsOverWithItsHostFunction() {
		AtomicReference<@Nullable HostContext> kept = new AtomicReference<>();
		try (WasmSandbox sandbox = HostCalls.with(add((context, arguments) -> {
			kept.set(context);
			return new long[] { 1 };
		})).build(); SandboxSession opened = sandbox.openSession()) {
			assertThat(opened.call("run_add", int.class, 1, 2)).isEqualTo(1);
			HostContext context = Objects.requireNonNull(kept.get());
			refused(() -> context.memory().readInt(0));
			refused(() -> context.memory().view(0, 1));
			refused(context::allocator);
			refused(() -> context.call("run_now"));
			refused(context::remaining);
			context.close();
			assertThat(opened.call("run_add", int.class, 1, 2)).isEqualTo(1);
		}
	}

	private static void refused(ThrowingCallable use) {
		assertThatIllegalStateException().isThrownBy(use);
	}

	@Test
	void aCallThatNeedsANewSandboxWhenTheModuleIsUnloadedSaysSo() {
		assertSaysThatItWasUnloaded((sandbox) -> sandbox.call("add", int.class, 1, 2));
	}

	@Test
	void aSessionThatNeedsANewSandboxWhenTheModuleIsUnloadedSaysSo() {
		assertSaysThatItWasUnloaded(WasmSandbox::openSession);
	}

	/** Unloads the module when a sandbox is about to be made for the use. */
	private static void assertSaysThatItWasUnloaded(Consumer<WasmSandbox> use) {
		AtomicReference<@Nullable Runnable> before = new AtomicReference<>();
		WorkRecorder recorder = (WorkRecorder) Proxy.newProxyInstance(WorkRecorder.class.getClassLoader(),
				new Class<?>[] { WorkRecorder.class }, (_, method, arguments) -> {
					boolean making = method.getName().equals("listens") && StackWalker.getInstance()
						.walk((frames) -> frames.anyMatch((frame) -> frame.getClassName().endsWith(".SandboxStock")));
					Runnable step = making ? before.getAndSet(null) : null;
					if (step != null) {
						step.run();
					}
					return method.invoke(WorkRecorder.NONE, arguments);
				});
		try (WasmSandboxes registry = WasmSandboxes.builder().workObserver((_, _) -> recorder).build()) {
			WasmSandbox sandbox = registry
				.load(ModuleDefinition.named("module").source(TestModules.source("simple_module")).build());
			// Nothing idle, so that the next lease needs a new one.
			sandbox.pool().drain();
			before.set(sandbox::close);
			assertThatIllegalStateException().isThrownBy(() -> use.accept(sandbox))
				.withMessage("The module 'module' was unloaded");
			assertThat(before).hasNullValue();
		}
	}

}
