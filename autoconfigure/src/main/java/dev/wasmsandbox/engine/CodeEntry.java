package dev.wasmsandbox.engine;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.runtime.Memory;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Gives the class that the engine enters a module's code by a second entry, that of
 * {@link GuestCode}: the same as the engine's, but it is told the memory.
 */
final class CodeEntry {

	private static final String MACHINE = Type.getInternalName(Machine.class);

	private static final String CODE = Type.getInternalName(GuestCode.class);

	private static final String NAME = "call";

	private static final String ENGINES = "(I[J)[J";

	private static final String OURS = "(I[JL" + Type.getInternalName(LinearMemory.class) + ";)[J";

	/** Where the memory is among the variables of our entry. */
	private static final int MEMORY = 3;

	private CodeEntry() {
	}

	/** Whether a class with these interfaces is entered from outside. */
	static boolean isEntered(String[] interfaces) {
		for (String each : interfaces) {
			if (each.equals(MACHINE)) {
				return true;
			}
		}
		return false;
	}

	/** The interfaces of such a class, and ours. */
	static String[] with(String[] interfaces) {
		String[] all = new String[interfaces.length + 1];
		System.arraycopy(interfaces, 0, all, 0, interfaces.length);
		all[interfaces.length] = CODE;
		return all;
	}

	static boolean isEntry(String name, String descriptor) {
		return name.equals(NAME) && descriptor.equals(ENGINES);
	}

	/** Writes the engine's entry and ours, which is made of it. */
	static void write(MethodNode entry, ClassVisitor writer) {
		entry.accept(writer);
		entry.desc = OURS;
		for (AbstractInsnNode node : entry.instructions.toArray()) {
			if (node instanceof MethodInsnNode call && call.owner.equals(Type.getInternalName(Instance.class))
					&& call.name.equals("memory") && call.desc.equals("()" + Type.getDescriptor(Memory.class))) {
				entry.instructions.insertBefore(call, new InsnNode(Opcodes.POP));
				entry.instructions.set(call, new VarInsnNode(Opcodes.ALOAD, MEMORY));
			}
		}
		entry.accept(writer);
	}

}
