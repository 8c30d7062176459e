package dev.wasmsandbox.benchmarks.guest;

/**
 * A small guest with a memory of a given size and one function,
 * {@code touch(i32) -> i32}, which adds its argument and 1 to a word of one page and
 * returns the word. In a clean instance the answer is {@link #answer}; where an earlier
 * call's write is left over, or the data was not put in place, it is another one.
 *
 * @param pages the initial size of the memory, in pages of 64 KiB
 * @param maximum the declared maximum in pages, 0 for none
 * @param data whether the last page is filled from a data segment of 64 KiB; the function
 * then works on that page
 */
public record TouchModule(int pages, int maximum, boolean data) {

	/** The function's name. */
	public static final String FUNCTION = "touch";

	private static final int PAGE = 65_536;

	private static final int I32 = 0x7f;

	/** One page, no data. */
	public static TouchModule onePage() {
		return new TouchModule(1, 0, false);
	}

	/** As most programs in Rust and C begin: 16 pages of stack and a page of data. */
	public static TouchModule seventeenPages() {
		return new TouchModule(17, 0, true);
	}

	/** 16 MiB, no data. */
	public static TouchModule manyPages() {
		return new TouchModule(256, 0, false);
	}

	/** What a clean instance answers. */
	public int answer(int argument) {
		return (this.data ? word(offset(argument)) : 0) + argument + 1;
	}

	private static int offset(int argument) {
		return (argument & 63) << 2;
	}

	private static int word(int offset) {
		return dataByte(offset) | dataByte(offset + 1) << 8 | dataByte(offset + 2) << 16 | dataByte(offset + 3) << 24;
	}

	private static int dataByte(int offset) {
		return (offset * 31 + 7) & 0xff;
	}

	private int touchedPage() {
		return this.data ? this.pages - 1 : this.pages / 2;
	}

	/** The module in the binary format. */
	public byte[] toBytes() {
		WasmWriter limits = new WasmWriter().code((this.maximum > 0) ? 1 : 0).unsigned(this.pages);
		if (this.maximum > 0) {
			limits.unsigned(this.maximum);
		}
		WasmWriter module = WasmWriter.module()
			.section(1, new WasmWriter().code(0x60).unsigned(1).code(I32).unsigned(1).code(I32))
			.section(3, new WasmWriter().unsigned(0))
			.section(5, limits)
			.section(7, new WasmWriter().name(FUNCTION).code(0).unsigned(0))
			.section(10, new WasmWriter().counted(body()));
		if (this.data) {
			int start = (this.pages - 1) * PAGE;
			module.section(11, new WasmWriter().unsigned(0).code(0x41).signed(start).code(0x0b).counted(dataBytes()));
		}
		return module.toByteArray();
	}

	/**
	 * Local 1 is the address; {@code i32.store} of {@code i32.load} plus the argument
	 * plus 1; {@code i32.load} is the result.
	 */
	private byte[] body() {
		int page = touchedPage() * PAGE;
		return new WasmWriter().unsigned(1)
			.unsigned(1)
			.code(I32)
			.code(0x20)
			.unsigned(0)
			.code(0x41)
			.signed(63)
			.code(0x71)
			.code(0x41)
			.signed(2)
			.code(0x74)
			.code(0x22)
			.unsigned(1)
			.code(0x20)
			.unsigned(1)
			.code(0x28)
			.unsigned(2)
			.unsigned(page)
			.code(0x20)
			.unsigned(0)
			.code(0x6a)
			.code(0x41)
			.signed(1)
			.code(0x6a)
			.code(0x36)
			.unsigned(2)
			.unsigned(page)
			.code(0x20)
			.unsigned(1)
			.code(0x28)
			.unsigned(2)
			.unsigned(page)
			.code(0x0b)
			.toByteArray();
	}

	private static byte[] dataBytes() {
		byte[] bytes = new byte[PAGE];
		for (int i = 0; i < PAGE; i++) {
			bytes[i] = (byte) dataByte(i);
		}
		return bytes;
	}

}
