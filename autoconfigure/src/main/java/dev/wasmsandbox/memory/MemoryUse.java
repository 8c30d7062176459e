package dev.wasmsandbox.memory;

/**
 * What one module's sandboxes take in memory at one moment, in bytes. A snapshot;
 * sandboxes that are leased, given back or given up while it is taken are in it or not.
 *
 * <p>
 * Resident is what is in memory and nobody else's: the image is counted once, not for
 * each sandbox that maps it. Page tables, some 4 KiB and more for each sandbox, are not
 * counted.
 *
 * @param image what the image takes; it can become as large as the initial memory,
 * because pages of zeroes take room once a guest reads them
 * @param reserved address space that is reserved, which costs nothing by itself
 * @param leased what leased sandboxes may use at their present size, touched or not
 * @param grown what running sandboxes have beyond their image and is counted against the
 * budget: what they grew by, or where memory is allocated and copied, all of it; and what
 * the host keeps for them, as for plug-ins of Extism
 * @param residentLeased pages of leased sandboxes
 * @param residentIdle pages of idle sandboxes
 */
public record MemoryUse(long image, long reserved, long leased, long grown, long residentLeased, long residentIdle) {

	/** Both together. */
	public MemoryUse plus(MemoryUse other) {
		return new MemoryUse(this.image + other.image, this.reserved + other.reserved, this.leased + other.leased,
				this.grown + other.grown, this.residentLeased + other.residentLeased,
				this.residentIdle + other.residentIdle);
	}

}
