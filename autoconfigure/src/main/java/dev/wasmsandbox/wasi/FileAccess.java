package dev.wasmsandbox.wasi;

/**
 * How a file is to be opened.
 *
 * @param create whether to make it if it is missing
 * @param exclusive whether it must be missing
 * @param truncate whether to empty it
 */
record FileAccess(boolean read, boolean write, boolean create, boolean exclusive, boolean truncate) {

	/** Whether opening may change anything. */
	boolean changes() {
		return this.write || this.create || this.truncate;
	}

}
