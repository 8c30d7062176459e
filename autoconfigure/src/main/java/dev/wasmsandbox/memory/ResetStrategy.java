package dev.wasmsandbox.memory;

/**
 * How a slot's memory is brought back to its image. All leave the same bytes; they differ
 * in cost, by the size of the image and by how much a call writes.
 */
public enum ResetStrategy {

	/** Copy the whole image back: for small images that are mostly written. */
	COPY_BACK,
	/**
	 * Drop the written pages, so that the image shows through again: never wrong, and the
	 * only one that gives memory back; the next call faults its pages in anew.
	 */
	GIVE_BACK,
	/** Copy back the pages the kernel says were written; the slot stays resident. */
	WRITTEN_PAGES;

	/** The strategy to begin with: never wrong, on every kernel. */
	public static ResetStrategy safe() {
		return GIVE_BACK;
	}

}
