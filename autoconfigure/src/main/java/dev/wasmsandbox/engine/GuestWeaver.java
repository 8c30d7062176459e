package dev.wasmsandbox.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.commons.CodeSizeEvaluator;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Changes the code the engine generates before it is defined: deadline checks and memory
 * accesses become ours, comparisons before a jump become the JVM's own.
 *
 * <p>
 * The generated code calls {@code checkInterruption()} at every loop's back edge and at
 * every call; all methods made from guest functions take the memory and the instance as
 * parameters, which is what our check needs.
 *
 * <p>
 * HotSpot stops inlining in a method once it has made {@code NodeCountInliningCutoff}
 * (18,000) nodes or taken in {@code DesiredMethodLimit} (8,000) bytes of it, which is
 * after some fifty memory accesses; every further one would be a call. Exempt are methods
 * that the JDK forces inline, method handles among them. So methods with many helpers
 * call them through constant call sites; those cost some microseconds each to link, which
 * small methods need not pay.
 */
final class GuestWeaver {

	/** From so many calls of helpers on, a method calls them through call sites. */
	private static final int MANY_HELPERS = 24;

	/** HotSpot compiles no method of more bytes. */
	private static final int HUGE_METHOD = 8_000;

	/** A call through a call site takes five bytes, a direct one three. */
	private static final int CALL_SITE_GROWTH = 2;

	/**
	 * The most call sites of one class. HotSpot (21 to 25, at least) keeps in 16 bits
	 * where the target of a call site is, and constants of the class have their places
	 * among them: with more, call sites run the targets of others, with arguments of
	 * other types, and the JVM crashes.
	 */
	static final int MOST_CALL_SITES = 60_000;

	private static final String ENGINE_CHECK = "checkInterruption";

	private static final String BEYOND = "throwOutOfBoundsMemoryAccess";

	/** What methods made of functions are called, before the function's index. */
	private static final String FUNCTION = "func_";

	/** What the engine calls an imported function by. */
	private static final String HOST_CALL = "callHostFunction";

	/** Our check at a loop's back edge. */
	static final String CHECK = "check";

	/** Our check before a call. */
	private static final String CHECK_CALL = "checkCall";

	private static final String HELPERS = Type.getInternalName(GuestHelpers.class);

	private static final Handle LINK = bootstrap("link");

	private static final Handle LINK_HOST = bootstrap("linkHost");

	private static final Type MEMORY = Type.getType(Memory.class);

	private static final Type INSTANCE = Type.getType(Instance.class);

	/**
	 * Frames that are not larger are taken for granted when stack is measured: where
	 * HotSpot gives up a method's code, its frame grows to that of the interpreter.
	 */
	private static final int SMALL_FRAME = 16_384;

	/** What looks whether the guest must stop. */
	enum Check {

		/** A look at the sandbox's own state. */
		OURS(CHECK),
		/** The same, and each counts as a unit of work. */
		METERED("checkFuel"),
		/**
		 * The engine's look at the thread's interrupt status, which no deadline uses: for
		 * comparing what checks cost.
		 */
		ENGINE(ENGINE_CHECK);

		private final String helper;

		Check(String helper) {
			this.helper = helper;
		}

	}

	private final Type subject;

	private final Check check;

	private final int imported;

	/**
	 * @param imported how many functions the module imports
	 * @param withMemory whether the module has a memory; the check then goes by the
	 * memory, else by the instance
	 */
	GuestWeaver(int imported, boolean withMemory, Check check) {
		this.imported = imported;
		this.subject = withMemory ? MEMORY : INSTANCE;
		this.check = check;
	}

	private static Handle bootstrap(String name) {
		return new Handle(Opcodes.H_INVOKESTATIC, HELPERS, name,
				"(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;)"
						+ "Ljava/lang/invoke/CallSite;",
				false);
	}

	byte[] weave(byte[] classFile) {
		AtomicInteger callSites = new AtomicInteger();
		ClassReader reader = new ClassReader(classFile);
		ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
		reader.accept(new ClassVisitor(Opcodes.ASM9, writer) {

			private boolean entered;

			@Override
			public void visit(int version, int access, String name, String signature, String superName,
					String[] interfaces) {
				this.entered = CodeEntry.isEntered(interfaces);
				super.visit(version, access, name, signature, superName,
						this.entered ? CodeEntry.with(interfaces) : interfaces);
			}

			@Override
			public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
					String[] exceptions) {
				if (this.entered && CodeEntry.isEntry(name, descriptor)) {
					return new MethodNode(Opcodes.ASM9, access, name, descriptor, signature, exceptions) {
						@Override
						public void visitEnd() {
							CodeEntry.write(this, writer);
						}
					};
				}
				MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
				int local = subjectLocal(access, descriptor);
				return (local < 0) ? next
						: new MethodNode(Opcodes.ASM9, access, name, descriptor, signature, exceptions) {
							@Override
							public void visitEnd() {
								change(this, local, MOST_CALL_SITES - callSites.get());
								callSites.addAndGet(callSites(this));
								accept(next);
							}
						};
			}
		}, ClassReader.EXPAND_FRAMES);
		return writer.toByteArray();
	}

	/** The local variable that holds what the check goes by, or -1. */
	private int subjectLocal(int access, String descriptor) {
		int local = ((access & Opcodes.ACC_STATIC) != 0) ? 0 : 1;
		for (Type argument : Type.getArgumentTypes(descriptor)) {
			if (argument.equals(this.subject)) {
				return local;
			}
			local += argument.getSize();
		}
		return -1;
	}

	private static int callSites(MethodNode method) {
		int count = 0;
		for (AbstractInsnNode node : method.instructions) {
			count += (node instanceof InvokeDynamicInsnNode) ? 1 : 0;
		}
		return count;
	}

	/**
	 * Changes a method.
	 * @param callSites how many the method may have
	 */
	private void change(MethodNode method, int local, int callSites) {
		InstructionFolding.fold(method.instructions, HUGE_METHOD - size(method));
		int hostCalls = hostCalls(method);
		boolean hostLinked = hostCalls <= callSites;
		for (AbstractInsnNode node : method.instructions.toArray()) {
			if (node instanceof MethodInsnNode call && call.getOpcode() == Opcodes.INVOKESTATIC) {
				replace(method, call, local, hostLinked);
			}
		}
		headroom(method, local);
		if (this.check == Check.OURS) {
			PacedChecks.pace(method, this.imported, HUGE_METHOD - size(method));
		}
		List<MethodInsnNode> helpers = helpers(method);
		int room = HUGE_METHOD - size(method);
		int growth = CALL_SITE_GROWTH * helpers.size();
		boolean linked = HeldMemory.mostCallSites(method) <= callSites - (hostLinked ? hostCalls : 0);
		boolean many = linked && helpers.size() >= MANY_HELPERS && growth < room;
		Set<MethodInsnNode> held = (linked && this.subject.equals(MEMORY))
				? HeldMemory.hold(method, local, room - (many ? growth : 0)) : Set.of();
		if (many) {
			helpers.stream()
				.filter((call) -> !held.contains(call))
				.forEach(
						(call) -> method.instructions.set(call, new InvokeDynamicInsnNode(call.name, call.desc, LINK)));
		}
	}

	private static List<MethodInsnNode> helpers(MethodNode method) {
		List<MethodInsnNode> helpers = new ArrayList<>();
		for (AbstractInsnNode node : method.instructions) {
			if (node instanceof MethodInsnNode call
					&& (call.owner.equals(HELPERS) || InstructionFolding.isInstruction(call))) {
				helpers.add(call);
			}
		}
		return helpers;
	}

	/** How many calls of the host get a call site, if there are enough of them. */
	private int hostCalls(MethodNode method) {
		int count = 0;
		if (method.name.startsWith("func_") && this.subject.equals(MEMORY)) {
			for (AbstractInsnNode node : method.instructions) {
				count += (node instanceof MethodInsnNode call && call.name.equals(HOST_CALL)) ? 1 : 0;
			}
		}
		return count;
	}

	/** Makes a call one of ours where there is one. */
	private void replace(MethodNode method, MethodInsnNode call, int local, boolean hostLinked) {
		if (call.name.equals(ENGINE_CHECK) && call.desc.equals("()V") && this.check != Check.ENGINE) {
			method.instructions.insertBefore(call, new VarInsnNode(Opcodes.ALOAD, local));
			call.name = (this.check == Check.OURS && beforeCall(method, call)) ? CHECK_CALL : this.check.helper;
			call.desc = Type.getMethodDescriptor(Type.VOID_TYPE, this.subject);
			call.owner = HELPERS;
		}
		else if (call.name.equals(BEYOND) && this.subject.equals(MEMORY)) {
			method.instructions.insertBefore(call, new VarInsnNode(Opcodes.ALOAD, local));
			call.desc = Type.getMethodDescriptor(Type.getType(RuntimeException.class), MEMORY);
			call.owner = HELPERS;
		}
		else if (call.name.equals(HOST_CALL) && hostLinked && method.name.startsWith("func_")
				&& this.subject.equals(MEMORY)) {
			// There it names one function; elsewhere in the code any.
			method.instructions.insertBefore(call, new VarInsnNode(Opcodes.ALOAD, local));
			method.instructions.set(call, new InvokeDynamicInsnNode(HOST_CALL,
					call.desc.replace(")", MEMORY.getDescriptor() + ")"), LINK_HOST));
		}
		else if (GuestHelpers.OURS.contains(call.name + call.desc)) {
			call.owner = HELPERS;
		}
	}

	/** Whether a check comes before a call; all others belong to loops' back edges. */
	private static boolean beforeCall(MethodNode method, MethodInsnNode check) {
		AbstractInsnNode next = check.getNext();
		while (next.getOpcode() < 0 || next.getOpcode() == Opcodes.ALOAD) {
			next = next.getNext();
		}
		return method.name.startsWith("call_indirect_") || next.getOpcode() == Opcodes.INVOKESTATIC;
	}

	/**
	 * Has the stack looked at that a host function must find, by whatever calls the
	 * function that the compiler makes for each imported one: a function of the guest
	 * once for all these calls, because its frame grows no further.
	 */
	private void headroom(MethodNode method, int local) {
		List<AbstractInsnNode> calls = new ArrayList<>();
		for (AbstractInsnNode node : method.instructions) {
			if (node instanceof MethodInsnNode call && call.getOpcode() == Opcodes.INVOKESTATIC
					&& isImported(call.name)) {
				calls.add(call);
			}
		}
		if (!this.subject.equals(MEMORY) || calls.isEmpty()) {
			return;
		}
		if (method.name.startsWith(FUNCTION) && frameBytes(method) <= SMALL_FRAME) {
			headroom(method, method.instructions.getFirst(), local);
		}
		else {
			calls.forEach((call) -> headroom(method, call, local));
		}
	}

	/** Whether a method is what the compiler made for an imported function. */
	private boolean isImported(String name) {
		return name.startsWith(FUNCTION)
				&& Integer.parseInt(name, FUNCTION.length(), name.length(), 10) < this.imported;
	}

	private static void headroom(MethodNode method, AbstractInsnNode before, int local) {
		method.instructions.insertBefore(before, new VarInsnNode(Opcodes.ALOAD, local));
		method.instructions.insertBefore(before, new MethodInsnNode(Opcodes.INVOKESTATIC, HELPERS, "requireHeadroom",
				Type.getMethodDescriptor(Type.VOID_TYPE, MEMORY), false));
	}

	/** The most that a method's frame takes, in the interpreter. */
	private static long frameBytes(MethodNode method) {
		return 8L * (method.maxLocals + method.maxStack);
	}

	private static int size(MethodNode method) {
		CodeSizeEvaluator size = new CodeSizeEvaluator(null);
		method.accept(size);
		return size.getMaxSize();
	}

}
