package dev.wasmsandbox.benchmarks.guest;

/**
 * The functions of the fixture {@code kernels}, see its README. Each answers the same
 * whenever it is called with the same size.
 */
public enum Kernel {

	/** A sum of 8 MB of doubles. */
	SUM("sum", 1 << 20, 1000, 1, bits(131_958_976)),

	/** Doubles times a constant, from 8 MB to 8 other MB. */
	SCALE("scale", 1 << 20, 1000, 1, bits(11_406)),

	/** Byte by byte. */
	COPY_LOOP("copy-loop", 1 << 20, 1000, 4, 5_987_480_822_146_671_584L),

	/** The instruction {@code memory.copy}. */
	MEMORY_COPY("memory-copy", 1 << 20, 1000, 16, 5_987_480_822_146_671_584L),

	/** SHA-256 of 64 KiB. */
	SHA256("sha256", 1 << 16, 200, 4, 3_990_491_972_376_373_133L),

	/** 100 rows and columns of doubles. */
	MATMUL("matmul", 100, 8, 1, bits(19_849_500_000.0)),

	/** 30,000 insertions and 60,000 look-ups in a table with open addresses. */
	HASH_TABLE("hash-table", 30_000, 200, 1, 450_015_000),

	/** The sieve of Eratosthenes up to a million. */
	SIEVE("sieve", 1_000_000, 500, 1, 78_498),

	/** The Fibonacci number 30, by recursion. */
	FIB("fib", 30, 8, 1, 832_040);

	private final String id;

	private final int size;

	private final int smallSize;

	private final int calls;

	private final long answer;

	Kernel(String id, int size, int smallSize, int calls, long answer) {
		this.id = id;
		this.size = size;
		this.smallSize = smallSize;
		this.calls = calls;
		this.answer = answer;
	}

	private static long bits(double value) {
		return Double.doubleToRawLongBits(value);
	}

	/** What figures call it. */
	public String id() {
		return this.id;
	}

	/** The name of the export. */
	public String function() {
		return "kernel_" + this.id.replace('-', '_');
	}

	/** The argument that is measured. */
	public int size() {
		return this.size;
	}

	/** An argument with which it takes microseconds. */
	public int smallSize() {
		return this.smallSize;
	}

	/** How many calls take about a millisecond. */
	public int calls() {
		return this.calls;
	}

	/** The answer for {@link #size}, of a double the bits. */
	public long answer() {
		return this.answer;
	}

}
