package dev.wasmsandbox.engine;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.Value;
import dev.wasmsandbox.memory.ResetStrategy;

/**
 * Looks into sandboxes, below what a guest or a caller can see. Names every difference
 * between two leases on which nothing was called yet.
 */
public final class SandboxInspector {

	private SandboxInspector() {
	}

	/** Fixes how the sandboxes of a factory are restored. */
	public static void useOnly(SandboxFactory factory, ResetStrategy strategy) {
		factory.useOnly(strategy);
	}

	/** What a lease has that a new sandbox of the same factory has not; both grow. */
	public static List<String> differencesFromNew(GuestInstance used, SandboxFactory factory) {
		Sandbox sandbox = factory.newSandbox();
		GuestInstance fresh = sandbox.lease();
		try {
			return differences(used, fresh);
		}
		finally {
			fresh.close();
			sandbox.discard();
		}
	}

	private static List<String> differences(GuestInstance used, GuestInstance fresh) {
		List<String> found = new ArrayList<>();
		compareMemory(found, used.memory(), fresh.memory());
		Instance left = Objects.requireNonNull(used.sandbox().instance());
		Instance right = Objects.requireNonNull(fresh.sandbox().instance());
		for (int i = 0; i < right.globalCount(); i++) {
			note(found, left.global(i).getValueLow() == right.global(i).getValueLow()
					&& left.global(i).getValueHigh() == right.global(i).getValueHigh(), "global " + i);
		}
		note(found, left.tableCount() == right.tableCount(), "number of tables");
		for (int t = 0; t < right.tableCount(); t++) {
			compareTables(found, t, left, right);
		}
		note(found, left.elementCount() == right.elementCount(), "number of element segments");
		for (int i = 0; i < right.elementCount(); i++) {
			note(found, Objects.equals(left.element(i), right.element(i)), "element segment " + i);
		}
		note(found, Arrays.equals(segments(used.memory()), segments(fresh.memory())), "data segments");
		return found;
	}

	/** Also behind its end, where the next growth would show what was left. */
	private static void compareMemory(List<String> found, LinearMemory left, LinearMemory right) {
		note(found, left.pages() == right.pages(), "size of the memory");
		compareContent(found, left.content(), right.content(), "memory");
		left.grow(left.maximumPages() - left.pages());
		right.grow(right.maximumPages() - right.pages());
		compareContent(found, left.content(), right.content(), "memory behind the end");
	}

	private static void compareContent(List<String> found, MemorySegment left, MemorySegment right, String what) {
		long at = left.mismatch(right);
		note(found, at == -1, what + " at " + at);
	}

	private static void compareTables(List<String> found, int index, Instance leftInstance, Instance rightInstance) {
		TableInstance left = leftInstance.table(index);
		TableInstance right = rightInstance.table(index);
		note(found, left.size() == right.size() && left.limits().min() == right.limits().min()
				&& left.limits().max() == right.limits().max(), "size of table " + index);
		for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
			note(found, left.ref(i) == right.ref(i), "table " + index + ", entry " + i);
			boolean own = left.ref(i) == Value.REF_NULL_VALUE || leftInstance.equals(left.instance(i));
			note(found, own, "instance of table " + index + ", entry " + i);
		}
	}

	private static DataSegment[] segments(LinearMemory memory) {
		try {
			var field = LinearMemory.class.getDeclaredField("segments");
			field.setAccessible(true);
			return (DataSegment[]) field.get(memory);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void note(List<String> found, boolean same, String what) {
		if (!same) {
			found.add(what);
		}
	}

}
