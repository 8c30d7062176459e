package dev.wasmsandbox.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import com.dylibso.chicory.runtime.Memory;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FrameNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Has a generated method hold the memory's address and size in local variables: read at
 * its beginning and again after every call it makes, handed to every access. Worth it in
 * methods with loops, whose checks make HotSpot load both again in each turn.
 */
final class HeldMemory implements Opcodes {

	private static final Type MEMORY = Type.getType(Memory.class);

	private static final Type[] HELD = { Type.LONG_TYPE, Type.LONG_TYPE };

	private static final Handle LINK = new Handle(H_INVOKESTATIC, Type.getInternalName(GuestHelpers.class), "linkNear",
			"(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;)"
					+ "Ljava/lang/invoke/CallSite;",
			false);

	/** An access takes two loads of variables more, and a call site for a call. */
	private static final int ACCESS_GROWTH = 10;

	/** Reading both takes two loads, two call sites and two stores. */
	private static final int READ_GROWTH = 26;

	private static final int CALL_SITES_OF_A_READ = 2;

	private final MethodNode method;

	private final int memory;

	private final int base;

	private final List<MethodInsnNode> accesses = new ArrayList<>();

	/**
	 * What the memory may be another size after: calls besides those of helpers, and the
	 * beginnings of handlers, to which a call may have led.
	 */
	private final List<AbstractInsnNode> changes = new ArrayList<>();

	private boolean loop;

	private HeldMemory(MethodNode method, int memory) {
		this.method = method;
		this.memory = memory;
		this.base = method.maxLocals;
		collect();
	}

	/**
	 * Changes a method if that is worth it.
	 * @param memory the local variable that holds the memory
	 * @param room how many bytes its code may grow by
	 * @return the calls of helpers that it replaced
	 */
	static Set<MethodInsnNode> hold(MethodNode method, int memory, int room) {
		HeldMemory held = new HeldMemory(method, memory);
		if (!held.loop || held.accesses.isEmpty() || held.growth() >= room) {
			return Set.of();
		}
		held.change();
		return Set.copyOf(held.accesses);
	}

	/**
	 * How many call sites a method has at the most when each of its calls becomes one and
	 * the memory is held.
	 */
	static int mostCallSites(MethodNode method) {
		int calls = 0;
		for (AbstractInsnNode node : method.instructions) {
			calls += (node instanceof MethodInsnNode || node instanceof InvokeDynamicInsnNode) ? 1 : 0;
		}
		return CALL_SITES_OF_A_READ * (calls + method.tryCatchBlocks.size() + 1);
	}

	private int growth() {
		return this.accesses.size() * ACCESS_GROWTH + (this.changes.size() + 1) * READ_GROWTH;
	}

	private void collect() {
		Set<LabelNode> passed = new HashSet<>();
		for (AbstractInsnNode node : this.method.instructions) {
			switch (node) {
				case LabelNode label -> passed.add(label);
				case JumpInsnNode jump -> this.loop |= passed.contains(jump.label);
				case MethodInsnNode call -> collect(call);
				default -> {
				}
			}
		}
		for (TryCatchBlockNode handled : this.method.tryCatchBlocks) {
			AbstractInsnNode first = handled.handler;
			while (first.getNext().getOpcode() < 0) {
				first = first.getNext();
			}
			this.changes.add(first);
		}
	}

	private void collect(MethodInsnNode call) {
		boolean helper = call.owner.equals(Type.getInternalName(GuestHelpers.class));
		if (helper && (call.name.startsWith("memoryRead") || call.name.startsWith("memoryWrite"))) {
			this.accesses.add(call);
		}
		else if (!helper && !InstructionFolding.isInstruction(call) && !call.owner.startsWith("java/")
				&& !call.name.startsWith("throw")) {
			this.changes.add(call);
		}
	}

	private void change() {
		InsnList code = this.method.instructions;
		for (MethodInsnNode access : this.accesses) {
			code.insertBefore(access, new VarInsnNode(LLOAD, this.base));
			code.insertBefore(access, new VarInsnNode(LLOAD, this.base + 2));
			code.set(access, site(access.name, access.desc));
		}
		this.changes.forEach((change) -> code.insert(change, read()));
		for (AbstractInsnNode node : code) {
			if (node instanceof FrameNode frame) {
				addTo(frame);
			}
		}
		code.insert(read());
		this.method.maxLocals += 4;
	}

	private static InvokeDynamicInsnNode site(String name, String descriptor) {
		Type[] arguments = Type.getArgumentTypes(descriptor);
		Type[] all = new Type[arguments.length + HELD.length];
		System.arraycopy(arguments, 0, all, 0, arguments.length);
		System.arraycopy(HELD, 0, all, arguments.length, HELD.length);
		return new InvokeDynamicInsnNode(name, Type.getMethodDescriptor(Type.getReturnType(descriptor), all), LINK);
	}

	/** Reads both from the memory. */
	private InsnList read() {
		String descriptor = Type.getMethodDescriptor(Type.LONG_TYPE, MEMORY);
		InsnList code = new InsnList();
		code.add(new VarInsnNode(ALOAD, this.memory));
		code.add(new InvokeDynamicInsnNode("memoryBase", descriptor, LINK));
		code.add(new VarInsnNode(LSTORE, this.base));
		code.add(new VarInsnNode(ALOAD, this.memory));
		code.add(new InvokeDynamicInsnNode("memoryLimit", descriptor, LINK));
		code.add(new VarInsnNode(LSTORE, this.base + 2));
		return code;
	}

	/** Both hold a number wherever control flows together; what lies before may not. */
	private void addTo(FrameNode frame) {
		List<Object> locals = new ArrayList<>(frame.local);
		int slots = locals.stream().mapToInt((local) -> (LONG.equals(local) || DOUBLE.equals(local)) ? 2 : 1).sum();
		for (; slots < this.base; slots++) {
			locals.add(TOP);
		}
		locals.add(LONG);
		locals.add(LONG);
		frame.local = locals;
	}

}
