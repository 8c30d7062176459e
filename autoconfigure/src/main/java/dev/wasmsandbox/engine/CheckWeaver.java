package dev.wasmsandbox.engine;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Replaces the engine's interruption check in generated classes by ours. The generated
 * code calls {@code checkInterruption()} at every loop's back edge and at every call; all
 * methods made from guest functions take the memory and the instance as parameters, which
 * is what our check needs.
 */
final class CheckWeaver {

	private static final String ENGINE_CHECK = "checkInterruption";

	private static final String CHECK_OWNER = Type.getInternalName(GuestCheck.class);

	private static final Type MEMORY = Type.getType(Memory.class);

	private static final Type INSTANCE = Type.getType(Instance.class);

	private final Type subject;

	/**
	 * @param withMemory whether the module has a memory; the check then goes by the
	 * memory, else by the instance
	 */
	CheckWeaver(boolean withMemory) {
		this.subject = withMemory ? MEMORY : INSTANCE;
	}

	byte[] weave(byte[] classFile) {
		ClassReader reader = new ClassReader(classFile);
		ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
		reader.accept(new ClassVisitor(Opcodes.ASM9, writer) {
			@Override
			public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
					String[] exceptions) {
				MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
				int local = subjectLocal(access, descriptor);
				return (local < 0) ? next : new CallSites(next, local);
			}
		}, 0);
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

	private final class CallSites extends MethodVisitor {

		private final int local;

		CallSites(MethodVisitor next, int local) {
			super(Opcodes.ASM9, next);
			this.local = local;
		}

		@Override
		public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
			if (opcode == Opcodes.INVOKESTATIC && name.equals(ENGINE_CHECK) && descriptor.equals("()V")) {
				super.visitVarInsn(Opcodes.ALOAD, this.local);
				super.visitMethodInsn(Opcodes.INVOKESTATIC, CHECK_OWNER, "check",
						Type.getMethodDescriptor(Type.VOID_TYPE, CheckWeaver.this.subject), false);
			}
			else {
				super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
			}
		}

	}

}
