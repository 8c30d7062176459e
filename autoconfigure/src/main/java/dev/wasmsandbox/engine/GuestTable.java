package dev.wasmsandbox.engine;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.Table;

/**
 * A table of one sandbox whose bulk instructions can be stopped. The engine carries them
 * out entry by entry without a look at anything else, and a function without a loop can
 * hold thousands of them; so every entry that is set, and every growth, asks the check.
 */
final class GuestTable extends TableInstance {

	private final CallControl control;

	GuestTable(Table table, int initial, CallControl control) {
		super(table, initial);
		this.control = control;
	}

	@Override
	public void setRef(int index, int value, Instance instance) {
		this.control.check();
		super.setRef(index, value, instance);
	}

	/** Refuses what would overflow the engine's sum of the sizes. */
	@Override
	public int grow(int size, int value, Instance instance) {
		this.control.check();
		if (size < 0 || (long) size() + size > limits().max()) {
			return -1;
		}
		return super.grow(size, value, instance);
	}

}
