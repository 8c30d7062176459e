package dev.wasmsandbox;

import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.TrapKind;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.memory.ThreadStack;
import org.jspecify.annotations.Nullable;

/**
 * Has a guest recurse to each depth near its stack's end and call a host function there
 * that initialises a class: none may be broken by it. Prints what it saw.
 */
final class HeadroomProgram {

	private static final int STACK = 640 << 10;

	private static final String GUEST = """
			(module
			  (import "env" "host" (func $host (result i32)))
			  (func $descend (export "descend") (param i32) (result i32)
			    (if (result i32) (i32.eqz (local.get 0))
			      (then (call $host))
			      (else (i32.add (i32.const 1)
			        (call $descend (i32.sub (local.get 0) (i32.const 1))))))))
			""";

	private static volatile @Nullable Class<?> fragile;

	private static long least = Long.MAX_VALUE;

	private HeadroomProgram() {
	}

	public static void main(String[] arguments) throws Exception {
		AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
		Runnable program = () -> {
			try {
				run();
			}
			catch (Throwable ex) {
				failure.set(ex);
			}
		};
		Thread thread = arguments[0].equals("virtual") ? Thread.ofVirtual().unstarted(program)
				: new Thread(null, program, "deep", STACK);
		thread.start();
		thread.join();
		Throwable ex = failure.get();
		if (ex != null) {
			ex.printStackTrace(System.out);
			System.exit(1);
		}
		System.out.println("survived");
	}

	private static void run() throws Exception {
		byte[] template;
		try (InputStream file = HeadroomProgram.class.getResourceAsStream("FragileClass.class")) {
			template = Objects.requireNonNull(file).readAllBytes();
		}
		try (WasmSandbox sandbox = WasmSandbox.builder()
			.name("deep")
			.source(Wat.assemble(GUEST))
			.hostFunction(HostFunction.of("env", "host", "() -> i32", (context, values) -> initialise()))
			.build()) {
			initialise(sandbox, 10, template);
			for (int warmUp = 0; warmUp < 200; warmUp++) {
				fragile = null;
				sandbox.call("descend", int.class, 100);
			}
			int deepest = deepest(sandbox);
			int entered = 0;
			int refused = 0;
			// Compiled meanwhile, the guest gets deeper than it could at first.
			for (int i = 0; refused < 25 && i < 5_000; i++) {
				int depth = (int) (deepest * (0.5 + i / 200.0));
				if (initialise(sandbox, depth, template)) {
					entered++;
				}
				else {
					refused++;
				}
			}
			System.out.println("measured " + ThreadStack.MEASURED + ", deepest " + deepest + ", entered " + entered
					+ ", refused " + refused + ", least left " + least);
			if (entered == 0 || refused == 0) {
				throw new IllegalStateException("the edge was missed");
			}
		}
	}

	/** What the host function does: it initialises the class that is there. */
	private static long[] initialise() throws ClassNotFoundException {
		Class<?> target = fragile;
		if (target != null) {
			ThreadStack stack = new ThreadStack();
			least = Math.min(least, stack.measure());
			Class.forName(target.getName(), true, target.getClassLoader());
		}
		return new long[] { 0 };
	}

	private static int deepest(WasmSandbox sandbox) {
		fragile = null;
		int works = 1;
		int fails = 1 << 22;
		while (fails - works > 1) {
			int depth = (works + fails) >>> 1;
			try {
				sandbox.call("descend", int.class, depth);
				works = depth;
			}
			catch (SandboxTrapException _) {
				fails = depth;
			}
		}
		return works;
	}

	/** Whether the host function was entered; the class is whole in any case. */
	private static boolean initialise(WasmSandbox sandbox, int depth, byte[] template) throws Exception {
		Class<?> fresh = new Fresh(template).loadClass(FragileClass.class.getName());
		fragile = fresh;
		boolean entered = true;
		try {
			sandbox.call("descend", int.class, depth);
		}
		catch (SandboxTrapException ex) {
			if (ex.kind() != TrapKind.CALL_STACK_EXHAUSTED) {
				throw ex;
			}
			entered = false;
		}
		Class.forName(fresh.getName(), true, fresh.getClassLoader());
		return entered;
	}

	/** Has a class of its own of the fragile one. */
	private static final class Fresh extends ClassLoader {

		private final byte[] template;

		Fresh(byte[] template) {
			super(HeadroomProgram.class.getClassLoader());
			this.template = template;
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.equals(FragileClass.class.getName())) {
				return super.loadClass(name, resolve);
			}
			Class<?> known = findLoadedClass(name);
			return (known != null) ? known : defineClass(name, this.template, 0, this.template.length);
		}

	}

}
