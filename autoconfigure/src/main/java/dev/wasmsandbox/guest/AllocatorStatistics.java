package dev.wasmsandbox.guest;

/**
 * An allocator at one moment. Where the guest allocates, what its heap holds is not
 * known, and the last three are zero.
 *
 * @param liveBytes the bytes asked for in all live blocks, scopes included
 * @param liveBlocks how many blocks are live
 * @param peakBytes the most bytes that were ever live
 * @param allocations how many blocks were handed out
 * @param deallocations how many were given back, one by one or with their scope
 * @param arenaBytes by how much the guest's memory was grown for the allocator
 * @param freeBytes the bytes of it that a block of any size may use; unused room in slabs
 * of a size class and in scopes is not among them
 * @param fragmentation which part of the free bytes lies outside the largest free range:
 * 0 if all of it is in one piece, towards 1 if it is scattered
 */
public record AllocatorStatistics(long liveBytes, long liveBlocks, long peakBytes, long allocations, long deallocations,
		long arenaBytes, long freeBytes, double fragmentation) {
}
