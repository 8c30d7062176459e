package dev.wasmsandbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

import dev.wasmsandbox.engine.GuestHelpers;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.module.ModuleCache;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * A module's code calls the host's function of whoever runs it, also after it was linked
 * to another's, and holds on to none whose module is gone.
 */
class HostLinkTests {

	/** More calls than it takes until the code is linked to a function. */
	private static final int OFTEN = 20_000;

	/** A host function's own object. */
	private record Adder(int number) {

		long[] add(long to) {
			return new long[] { to + this.number };
		}

	}

	private static WasmSandbox sandbox(ModuleCache cache, Adder adder) {
		return HostCalls
			.with(HostFunction.of("env", "add", "(i32, i32) -> i32", (context, arguments) -> adder.add(arguments[0])))
			.moduleCache(cache)
			.build();
	}

	@Test
	void sandboxesThatShareTheirCodeKeepTheirOwnFunctions() {
		ModuleCache cache = new ModuleCache();
		List<WasmSandbox> all = new ArrayList<>();
		for (int i = 0; i < 12; i++) {
			all.add(sandbox(cache, new Adder(i)));
		}
		for (int round = 0; round < 3; round++) {
			for (int i = 0; i < all.size(); i++) {
				assertThat(all.get(i).<Integer>call("loop_add", int.class, OFTEN)).isEqualTo(i * OFTEN);
			}
		}
		all.forEach(WasmSandbox::close);
	}

	@Test
	void codeThatStaysLetsGoOfTheFunctionsOfAModuleThatIsGone() {
		ModuleCache cache = new ModuleCache();
		WeakReference<Adder> owner = new WeakReference<>(callOften(cache));
		Awaitility.await().untilAsserted(() -> {
			System.gc();
			assertThat(owner.get()).isNull();
		});
		assertThat(cache.size()).isEqualTo(1);
	}

	private static Adder callOften(ModuleCache cache) {
		Adder owner = new Adder(1);
		try (WasmSandbox sandbox = sandbox(cache, owner)) {
			assertThat(sandbox.<Integer>call("loop_add", int.class, OFTEN)).isEqualTo(OFTEN);
		}
		return owner;
	}

	@Test
	void onlyCodeOfGuestsIsLinkedToTheHost() {
		assertThatIllegalStateException().isThrownBy(() -> GuestHelpers.linkHost(MethodHandles.lookup(),
				"callHostFunction", MethodType.methodType(void.class)));
	}

}
