package dev.wasmsandbox.engine;

import java.util.ArrayList;
import java.util.List;

import com.dylibso.chicory.runtime.GlobalInstance;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.Element;
import com.dylibso.chicory.wasm.types.MutabilityType;
import com.dylibso.chicory.wasm.types.Value;
import dev.wasmsandbox.screen.Mutations;

/**
 * What a new instance of a module holds outside its memory, taken from its template and
 * put back into others. Immutable and thread-safe.
 */
final class SandboxImage {

	private final Mutations mutations;

	private final int[] mutableGlobals;

	private final long[] globalValues;

	private final int[][] tableEntries;

	private final Element[] elements;

	private final DataSegment[] segments;

	private final int pages;

	private final boolean snapshot;

	private SandboxImage(Mutations mutations, int[] mutableGlobals, long[] globalValues, int[][] tableEntries,
			Element[] elements, LinearMemory memory, boolean snapshot) {
		this.segments = memory.segments();
		this.pages = memory.pages();
		this.snapshot = snapshot;
		this.mutations = mutations;
		this.mutableGlobals = mutableGlobals;
		this.globalValues = globalValues;
		this.tableEntries = tableEntries;
		this.elements = elements;
	}

	static SandboxImage of(Instance instance, Mutations mutations, LinearMemory memory, boolean snapshot) {
		List<Integer> indexes = new ArrayList<>();
		for (int i = 0; i < instance.globalCount(); i++) {
			if (instance.global(i).getMutabilityType() == MutabilityType.Var) {
				indexes.add(i);
			}
		}
		int[] mutable = indexes.stream().mapToInt(Integer::intValue).toArray();
		long[] values = new long[mutable.length];
		for (int i = 0; i < mutable.length; i++) {
			values[i] = instance.global(mutable[i]).getValue();
		}
		int[][] entries = new int[mutations.tableEntries() ? instance.tableCount() : 0][];
		for (int t = 0; t < entries.length; t++) {
			TableInstance table = instance.table(t);
			entries[t] = new int[table.size()];
			for (int i = 0; i < table.size(); i++) {
				entries[t][i] = table.ref(i);
			}
		}
		Element[] elements = new Element[mutations.droppedSegments() ? instance.elementCount() : 0];
		for (int i = 0; i < elements.length; i++) {
			elements[i] = instance.element(i);
		}
		return new SandboxImage(mutations, mutable, values, entries, elements, memory, snapshot);
	}

	/** The size of the memory in pages. */
	int pages() {
		return this.pages;
	}

	/**
	 * Whether it was taken after the start function, which then is not run in sandboxes.
	 */
	boolean snapshot() {
		return this.snapshot;
	}

	/** The data segments, those already dropped empty. */
	DataSegment[] segments() {
		return this.segments.clone();
	}

	/** Whether {@link #restore} brings back all that a run can change. */
	boolean restorable() {
		return this.mutations.restorable();
	}

	/** Puts an instance back to the state of a new one; its memory is not touched. */
	void restore(Instance instance) {
		for (int i = 0; i < this.mutableGlobals.length; i++) {
			GlobalInstance global = instance.global(this.mutableGlobals[i]);
			global.setValueLow(this.globalValues[i]);
			global.setValueHigh(0);
		}
		for (int t = 0; t < this.tableEntries.length; t++) {
			TableInstance table = instance.table(t);
			int[] entries = this.tableEntries[t];
			for (int i = 0; i < entries.length; i++) {
				table.setRef(i, entries[i], (entries[i] == Value.REF_NULL_VALUE) ? null : instance);
			}
		}
		for (int i = 0; i < this.elements.length; i++) {
			instance.setElement(i, this.elements[i]);
		}
	}

}
