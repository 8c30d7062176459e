package dev.wasmsandbox.wasi;

/**
 * What is known of a file.
 *
 * @param inode its number, the same as long as it exists
 * @param links how many names it has
 * @param size in bytes
 * @param accessed when it was read, in nanoseconds since 1970
 * @param modified when it was written
 * @param changed when anything of it was changed
 */
record FileStat(Kind kind, long inode, long links, long size, long accessed, long modified, long changed) {

	/** What kind of file it is. */
	enum Kind {

		DIRECTORY(3), FILE(4), SYMLINK(7), OTHER(0);

		private final int number;

		Kind(int number) {
			this.number = number;
		}

		/** The number of the specification. */
		int number() {
			return this.number;
		}

	}

	boolean is(Kind wanted) {
		return this.kind == wanted;
	}

}
