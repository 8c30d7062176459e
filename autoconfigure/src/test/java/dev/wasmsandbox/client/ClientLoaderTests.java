package dev.wasmsandbox.client;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.util.Objects;
import java.util.function.IntBinaryOperator;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.module.ModuleSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** Clients whose interfaces come from other class loaders than this library. */
class ClientLoaderTests {

	private static WasmSandbox calc() {
		return WasmSandbox.builder().source(ModuleSource.of(Fixtures.bytes("simple_module"))).build();
	}

	@Test
	void anInterfaceOfAnApplicationsLoaderNeedNotBePublic() throws Exception {
		try (WasmSandbox calc = calc()) {
			Class<?> type = new Loader(HiddenAdder.class, ClientLoaderTests.class.getClassLoader()).type();
			Object client = calc.as(type);
			assertThat(type).isNotSameAs(HiddenAdder.class);
			assertThat(client).isInstanceOf(type);
			assertThat(calc.as(type).getClass()).isSameAs(client.getClass());
			assertThat(calc.as(HiddenAdder.class).getClass().isHidden()).isTrue();
			assertThat(client.getClass().getClassLoader()).isSameAs(type.getClassLoader());
			assertThat(add(type, client)).isEqualTo(5);
		}
	}

	@Test
	void aLoaderThatDoesNotSeeTheLibraryHasClientsOfPublicInterfaces() throws Exception {
		try (WasmSandbox calc = calc()) {
			Class<?> type = new Loader(PublicAdder.class, ClassLoader.getPlatformClassLoader()).type();
			assertThat(add(type, calc.as(type))).isEqualTo(5);
			Class<?> hidden = new Loader(HiddenAdder.class, ClassLoader.getPlatformClassLoader()).type();
			assertThatIllegalArgumentException().isThrownBy(() -> calc.as(hidden))
				.withMessageContaining("is not public");
		}
	}

	@Test
	void interfacesOfTheJdkAreClientsToo() {
		String wat = "(module (func (export \"applyAsInt\") (param i32 i32) (result i32) "
				+ "local.get 0 local.get 1 i32.mul))";
		try (WasmSandbox product = WasmSandbox.builder().source(Wat.assemble(wat)).build()) {
			assertThat(product.as(IntBinaryOperator.class).applyAsInt(6, 7)).isEqualTo(42);
		}
	}

	@Test
	void theLoaderOfAnInterfaceCanBeUnloadedWhileTheSandboxLives() throws Exception {
		try (WasmSandbox calc = calc()) {
			WeakReference<ClassLoader> loader = used(calc);
			await().until(() -> {
				System.gc();
				return loader.get() == null;
			});
			assertThat(calc.<Integer>call("add", int.class, 2, 3)).isEqualTo(5);
		}
	}

	private static WeakReference<ClassLoader> used(WasmSandbox calc) throws Exception {
		Class<?> type = new Loader(HiddenAdder.class, ClientLoaderTests.class.getClassLoader()).type();
		assertThat(add(type, calc.as(type))).isEqualTo(5);
		return new WeakReference<>(type.getClassLoader());
	}

	private static @Nullable Object add(Class<?> type, Object client) throws ReflectiveOperationException {
		Method add = type.getMethod("add", int.class, int.class);
		add.setAccessible(true);
		return add.invoke(client, 2, 3);
	}

	/** Defines one interface anew. */
	private static final class Loader extends ClassLoader {

		private final Class<?> original;

		Loader(Class<?> original, ClassLoader parent) {
			super(parent);
			this.original = original;
		}

		Class<?> type() throws ClassNotFoundException {
			return loadClass(this.original.getName());
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.equals(this.original.getName())) {
				return super.loadClass(name, resolve);
			}
			Class<?> known = findLoadedClass(name);
			return (known != null) ? known : define(name);
		}

		private Class<?> define(String name) throws ClassNotFoundException {
			try (InputStream in = Objects
				.requireNonNull(this.original.getResourceAsStream(this.original.getSimpleName() + ".class"))) {
				byte[] bytes = in.readAllBytes();
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

}
