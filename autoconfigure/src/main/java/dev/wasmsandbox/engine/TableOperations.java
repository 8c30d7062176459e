package dev.wasmsandbox.engine;

import com.dylibso.chicory.runtime.ConstantEvaluators;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.OpcodeImpl;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.runtime.WasmRuntimeException;
import com.dylibso.chicory.wasm.types.Element;
import com.dylibso.chicory.wasm.types.PassiveElement;

/**
 * The bulk instructions on tables, in steps between which they look at the deadline.
 * Bounds are checked before anything is written, in numbers that cannot overflow; the
 * engine's own let a length pass whose end is beyond 2^31, and copy an entry's instance
 * from where the entry goes to.
 */
final class TableOperations {

	/** Entries between two looks at the deadline; some tens of microseconds. */
	private static final int STEP = 4_096;

	/** A unit of fuel is taken for as many entries. */
	private static final int ENTRIES_PER_UNIT = 4;

	private TableOperations() {
	}

	static void fill(int offset, int value, int size, int tableIndex, Instance instance) {
		TableInstance table = instance.table(tableIndex);
		requireWithin(offset, size, table.size());
		inSteps(size, instance, (from, to) -> {
			for (int i = from; i < to; i++) {
				table.setRef(offset + i, value, instance);
			}
		});
	}

	static void copy(int target, int source, int size, int targetIndex, int sourceIndex, Instance instance) {
		TableInstance to = instance.table(targetIndex);
		TableInstance from = instance.table(sourceIndex);
		requireWithin(source, size, from.size());
		requireWithin(target, size, to.size());
		boolean upwards = target <= source;
		inSteps(size, instance, (first, last) -> {
			for (int i = first; i < last; i++) {
				int at = upwards ? i : size - 1 - i;
				to.setRef(target + at, from.ref(source + at), from.instance(source + at));
			}
		});
	}

	static void init(int offset, int source, int size, int segment, int tableIndex, Instance instance) {
		TableInstance table = instance.table(tableIndex);
		Element element = instance.element(segment);
		requireWithin(source, size, (element instanceof PassiveElement) ? element.elementCount() : 0);
		requireWithin(offset, size, table.size());
		inSteps(size, instance, (from, to) -> {
			for (int i = from; i < to; i++) {
				long value = ConstantEvaluators.computeConstantValue(instance,
						element.initializers().get(source + i))[0];
				table.setRef(offset + i, OpcodeImpl.boxForTable(value, instance), instance);
			}
		});
	}

	static int grow(int value, int size, int tableIndex, Instance instance) {
		// Copies the whole table, which is bounded; but guests can do it again and again.
		TableInstance table = instance.table(tableIndex);
		control(instance).check(table.size() / ENTRIES_PER_UNIT);
		// The engine adds the sizes before it compares them.
		boolean fits = size >= 0 && (long) table.size() + size <= table.limits().max();
		return fits ? table.grow(size, value, instance) : -1;
	}

	/** Some of the entries of an operation. */
	@FunctionalInterface
	private interface Step {

		void run(int from, int to);

	}

	private static void inSteps(int size, Instance instance, Step step) {
		LinearMemory control = control(instance);
		for (int done = 0; done < size; done += STEP) {
			int end = Math.min(size, done + STEP);
			control.check((end - done) / ENTRIES_PER_UNIT);
			step.run(done, end);
		}
	}

	private static LinearMemory control(Instance instance) {
		return ((GuestMachine) instance.getMachine()).control();
	}

	/** Sizes and offsets are unsigned; a table has less than 2^31 entries. */
	private static void requireWithin(int offset, int size, int entries) {
		if (offset < 0 || size < 0 || (long) offset + size > entries) {
			throw new WasmRuntimeException("out of bounds table access");
		}
	}

}
