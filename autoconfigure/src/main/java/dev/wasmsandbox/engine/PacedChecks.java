package dev.wasmsandbox.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FrameNode;
import org.objectweb.asm.tree.IincInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.IntInsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Has loops that call nothing of the guest's ask only every so many turns whether they
 * must stop. Between two looks such a loop runs some {@value #STEPS} instructions, which
 * takes microseconds, or calls {@value #HOST_TURNS} host functions.
 *
 * <p>
 * Each becomes a loop of known length within another one that has the check. HotSpot
 * takes the check for a place where everything may have changed; without it in the inner
 * loop it unrolls that, keeps what it knows from one turn to the next, and makes a host
 * function that is small a part of it. The counter is a local variable, set anew at the
 * beginning of each loop, so it is one for all of a method; loops around others keep
 * their own check, as those within have one.
 */
final class PacedChecks implements Opcodes {

	/** How many instructions of the JVM are run between two looks. */
	private static final int STEPS = 20_000;

	/** The most turns: as many as HotSpot itself runs without a safepoint. */
	private static final int MOST_TURNS = 1_000;

	/**
	 * Each call of a host function looks too, but plainly, which HotSpot may do ahead for
	 * functions that it makes part of the loop; so these must not be many.
	 */
	private static final int HOST_TURNS = 16;

	/** Bytes of the check that is put before a loop, and of the counting at an end. */
	private static final int START_GROWTH = 16;

	private static final int END_GROWTH = 12;

	private static final String HELPERS = Type.getInternalName(GuestHelpers.class);

	private static final String FUNCTION = "func_";

	private final MethodNode method;

	private final int imported;

	private final int counter;

	/** The ends of loops by their beginnings. */
	private final Map<LabelNode, List<JumpInsnNode>> ends = new LinkedHashMap<>();

	/**
	 * A loop that is changed.
	 *
	 * @param start its beginning
	 * @param ends its back edges, each after a check
	 * @param frame the types of variables and stack at its beginning
	 * @param turns how many it makes between two looks
	 */
	private record Loop(LabelNode start, List<JumpInsnNode> ends, FrameNode frame, int turns) {
	}

	private PacedChecks(MethodNode method, int imported) {
		this.method = method;
		this.imported = imported;
		this.counter = method.maxLocals;
	}

	/**
	 * Changes the loops of a method whose checks are ours.
	 * @param imported how many functions the module imports
	 * @param room how many bytes the method's code may grow by; it stays as it is if that
	 * does not suffice
	 */
	static void pace(MethodNode method, int imported, int room) {
		PacedChecks paced = new PacedChecks(method, imported);
		paced.collect();
		List<Loop> loops = new ArrayList<>();
		paced.ends.forEach((start, ends) -> {
			Loop loop = paced.loop(start, ends);
			if (loop != null) {
				loops.add(loop);
			}
		});
		int growth = loops.stream().mapToInt((loop) -> START_GROWTH + END_GROWTH * loop.ends.size()).sum();
		if (!loops.isEmpty() && growth < room) {
			paced.change(loops);
		}
	}

	private void collect() {
		Set<LabelNode> passed = new HashSet<>();
		for (AbstractInsnNode node : this.method.instructions) {
			if (node instanceof LabelNode label) {
				passed.add(label);
			}
			else if (node instanceof JumpInsnNode jump && passed.contains(jump.label)) {
				this.ends.computeIfAbsent(jump.label, (_) -> new ArrayList<>()).add(jump);
			}
		}
	}

	/** The loop that begins there, if it can be changed. */
	private @Nullable Loop loop(LabelNode start, List<JumpInsnNode> back) {
		if (!back.stream().allMatch(PacedChecks::checks)) {
			return null;
		}
		FrameNode frame = null;
		int size = 0;
		int most = MOST_TURNS;
		for (AbstractInsnNode at = start.getNext(); !at.equals(back.getLast()); at = at.getNext()) {
			if (size == 0 && at instanceof FrameNode first) {
				frame = first;
			}
			if (at instanceof LabelNode label && this.ends.containsKey(label)) {
				return null;
			}
			if (at instanceof MethodInsnNode call && callsHost(call)) {
				most = HOST_TURNS;
			}
			else if (at instanceof MethodInsnNode call && !brief(call)) {
				return null;
			}
			size += (at.getOpcode() >= 0) ? 1 : 0;
		}
		int turns = Math.min(most, STEPS / size);
		return (frame == null || turns < 2) ? null : new Loop(start, back, frame, turns);
	}

	/** Whether nothing but a check comes before the jump. */
	private static boolean checks(JumpInsnNode jump) {
		return jump.getOpcode() == GOTO && jump.getPrevious() instanceof MethodInsnNode call
				&& call.owner.equals(HELPERS) && call.name.equals(GuestWeaver.CHECK)
				&& call.getPrevious() instanceof VarInsnNode;
	}

	private boolean callsHost(MethodInsnNode call) {
		return call.name.startsWith(FUNCTION) && call.getOpcode() == INVOKESTATIC
				&& Integer.parseInt(call.name, FUNCTION.length(), call.name.length(), 10) < this.imported;
	}

	/** Whether a call ends within nanoseconds. */
	private static boolean brief(MethodInsnNode call) {
		return (call.owner.equals(HELPERS) && !call.name.startsWith("table")) || InstructionFolding.isInstruction(call)
				|| call.owner.startsWith("java/") || call.name.startsWith("throw");
	}

	private void change(List<Loop> loops) {
		loops.forEach(this::change);
		for (AbstractInsnNode node : this.method.instructions) {
			if (node instanceof FrameNode frame) {
				addTo(frame);
			}
		}
		this.method.instructions.insert(set(new InsnNode(ICONST_0)));
		this.method.maxLocals++;
	}

	private void change(Loop loop) {
		InsnList code = this.method.instructions;
		LabelNode outer = new LabelNode();
		AbstractInsnNode check = loop.ends.getFirst().getPrevious();
		code.insertBefore(loop.start, outer);
		code.insertBefore(loop.start, new FrameNode(F_NEW, loop.frame.local.size(), loop.frame.local.toArray(),
				loop.frame.stack.size(), loop.frame.stack.toArray()));
		code.insertBefore(loop.start, check.getPrevious().clone(Map.of()));
		code.insertBefore(loop.start, check.clone(Map.of()));
		code.insertBefore(loop.start, set(new IntInsnNode(SIPUSH, loop.turns)));
		for (JumpInsnNode end : loop.ends) {
			code.remove(end.getPrevious().getPrevious());
			code.remove(end.getPrevious());
			code.insertBefore(end, new IincInsnNode(this.counter, -1));
			code.insertBefore(end, new VarInsnNode(ILOAD, this.counter));
			code.insertBefore(end, new JumpInsnNode(IFGT, loop.start));
			end.label = outer;
		}
	}

	private InsnList set(AbstractInsnNode number) {
		InsnList code = new InsnList();
		code.add(number);
		code.add(new VarInsnNode(ISTORE, this.counter));
		return code;
	}

	/** The counter is a number wherever control flows together. */
	private void addTo(FrameNode frame) {
		List<Object> locals = new ArrayList<>(frame.local);
		int slots = locals.stream().mapToInt((local) -> (LONG.equals(local) || DOUBLE.equals(local)) ? 2 : 1).sum();
		for (; slots < this.counter; slots++) {
			locals.add(TOP);
		}
		locals.add(INTEGER);
		frame.local = locals;
	}

}
