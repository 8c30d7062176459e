package dev.wasmsandbox.engine;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import com.dylibso.chicory.compiler.InterpreterFallback;
import com.dylibso.chicory.compiler.internal.ByteClassCollector;
import com.dylibso.chicory.compiler.internal.Compiler;
import com.dylibso.chicory.compiler.internal.CompilerResult;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.screen.CustomSections;
import dev.wasmsandbox.screen.FunctionBodies;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.StartSection;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassTooLargeException;
import org.objectweb.asm.MethodTooLargeException;

/**
 * A module as JVM code. Immutable and thread-safe; its classes are freed when nothing
 * holds it any more.
 */
public final class CompiledModule {

	private static final String TOO_LARGE = "a function is too large for a method of the JVM (64 KiB of byte code), "
			+ "split it or build with less inlining";

	/** What the engine adds to the name of the class that holds a module's helpers. */
	private static final String HELPERS = "Shaded";

	private final ModuleReport report;

	private final WasmModule module;

	private final GuestClassLoader loader;

	private final MethodHandle machine;

	private final long codeBytes;

	private final int hugeMethods;

	private final Map<String, ModuleExport> functions;

	private CompiledModule(ModuleReport report, WasmModule module, GuestClassLoader loader, MethodHandle machine,
			long codeBytes, int hugeMethods) {
		this.report = report;
		this.module = module;
		this.loader = loader;
		this.machine = machine;
		this.codeBytes = codeBytes;
		this.hugeMethods = hugeMethods;
		this.functions = report.exportedFunctions()
			.stream()
			.collect(Collectors.toUnmodifiableMap(ModuleExport::name, Function.identity()));
	}

	/**
	 * Parses, validates and compiles a screened module, without its start section: the
	 * start function is called by us. Takes milliseconds to seconds and answers no
	 * interrupt.
	 * @param moduleName what to call it in messages
	 * @param bytes the binary
	 * @param report what the screening said about the same bytes
	 * @param metered whether the code counts its work, so that it can be limited
	 * @throws ModuleRejectedException if the engine finds it invalid or cannot compile it
	 */
	public static CompiledModule compile(@Nullable String moduleName, byte[] bytes, ModuleReport report,
			boolean metered) {
		return compile(moduleName, bytes, report, metered ? GuestWeaver.Check.METERED : GuestWeaver.Check.OURS);
	}

	/** The same with the check to be chosen. */
	static CompiledModule compile(@Nullable String moduleName, byte[] bytes, ModuleReport report,
			GuestWeaver.Check check) {
		byte[] startless = needed(bytes);
		CompilerResult compiled = generate(moduleName, parse(moduleName, startless));
		// Parsed instructions take some forty times the binary's size; instances do not
		// look at them.
		WasmModule module = parse(moduleName, FunctionBodies.strip(startless));
		GuestWeaver weaver = new GuestWeaver(report.importedFunctions().size(), report.memory() != null, check);
		Map<String, byte[]> classFiles = new HashMap<>();
		long codeBytes = 0;
		int hugeMethods = 0;
		for (byte[] classFile : compiled.classBytes().values()) {
			byte[] woven = weave(moduleName, weaver, classFile);
			codeBytes += woven.length;
			hugeMethods += MethodSizes.huge(woven);
			classFiles.put(new ClassReader(woven).getClassName().replace('/', '.'), woven);
		}
		try {
			GuestClassLoader loader = new GuestClassLoader(classFiles);
			Class<?> main = loader.loadClass(compiled.collector().mainClassName());
			// Now, and not when a guest is at the end of its stack: what fails then
			// stays broken.
			Class.forName(main.getName() + HELPERS, true, loader);
			HostSite.initialize();
			MethodHandle machine = MethodHandles.publicLookup()
				.findConstructor(main, MethodType.methodType(void.class, Instance.class))
				.asType(MethodType.methodType(Machine.class, Instance.class));
			return new CompiledModule(report, module, loader, machine, codeBytes, hugeMethods);
		}
		catch (ReflectiveOperationException | LinkageError ex) {
			throw rejected(moduleName, Reason.UNSUPPORTED, "the code generated for it cannot be loaded", ex);
		}
	}

	/**
	 * What the engine gets of a screened module: no custom sections, which nobody has
	 * checked, and no start section, which is ours to run.
	 */
	static byte[] needed(byte[] bytes) {
		return StartSection.cut(CustomSections.drop(bytes));
	}

	private static byte[] weave(@Nullable String moduleName, GuestWeaver weaver, byte[] classFile) {
		try {
			return weaver.weave(classFile);
		}
		catch (MethodTooLargeException | ClassTooLargeException ex) {
			throw rejected(moduleName, Reason.UNSUPPORTED,
					"this module cannot be compiled: " + TOO_LARGE + "; " + ex.getMessage(), ex);
		}
	}

	static WasmModule parse(@Nullable String moduleName, byte[] bytes) {
		try {
			return Parser.parse(bytes);
		}
		catch (RuntimeException | StackOverflowError | AssertionError ex) {
			// Besides its own exceptions the parser lets raw ones through: array index,
			// null pointer, buffer underflow, and with -ea failed assertions. All of them
			// mean the module is at fault.
			throw rejected(moduleName, Reason.MALFORMED, "this is not a valid WebAssembly module: " + text(ex), ex);
		}
	}

	private static CompilerResult generate(@Nullable String moduleName, WasmModule module) {
		try {
			// Never the interpreter: it misses deadlines in loops made of br_if.
			return Compiler.builder(module)
				.withClassCollectorFactory(ByteClassCollector::new)
				.withInterpreterFallback(InterpreterFallback.FAIL)
				.build()
				.compile();
		}
		catch (ChicoryException ex) {
			throw rejected(moduleName, Reason.UNSUPPORTED, "this module cannot be compiled: " + tooLarge(ex), ex);
		}
		catch (RuntimeException | StackOverflowError | AssertionError ex) {
			throw rejected(moduleName, Reason.UNSUPPORTED, "the compiler failed on this module: " + text(ex), ex);
		}
	}

	/** The engine advises its interpreter, which is not used here. */
	private static String tooLarge(ChicoryException ex) {
		String text = text(ex);
		int function = text.indexOf("WASM function index");
		return (function < 0) ? text : TOO_LARGE + "; " + text.substring(function);
	}

	private static String text(Throwable ex) {
		return (ex.getMessage() != null) ? ex.getMessage() : ex.getClass().getSimpleName();
	}

	private static ModuleRejectedException rejected(@Nullable String moduleName, Reason reason, String message,
			Throwable cause) {
		return new ModuleRejectedException(moduleName, null, reason, message, cause);
	}

	/** What the screening said about this module. */
	public ModuleReport report() {
		return this.report;
	}

	/** The exported functions by name. */
	public Map<String, ModuleExport> functions() {
		return this.functions;
	}

	/** The size of the generated class files, in bytes. */
	public long codeBytes() {
		return this.codeBytes;
	}

	/**
	 * How many of the generated methods HotSpot leaves to its interpreter because of
	 * their length.
	 */
	public int hugeMethods() {
		return this.hugeMethods;
	}

	WasmModule module() {
		return this.module;
	}

	/** Has the code hold on no longer to functions of a host that it has called often. */
	void forget(HostCall[] calls) {
		this.loader.forget(calls);
	}

	Machine newMachine(Instance instance) {
		try {
			return (Machine) this.machine.invokeExact(instance);
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

}
