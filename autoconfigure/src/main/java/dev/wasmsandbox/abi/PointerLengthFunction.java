package dev.wasmsandbox.abi;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.Function;

import dev.wasmsandbox.abi.PointerLengthAbi.ResultStyle;
import dev.wasmsandbox.guest.CallBlocks;
import dev.wasmsandbox.guest.GuestAccess;
import dev.wasmsandbox.memory.ZeroCopyBuffer;
import dev.wasmsandbox.screen.ModuleExport;
import dev.wasmsandbox.screen.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * A function of the convention {@code pointer-length}. What the guest says about its
 * result is checked before it is believed; a range outside of its memory ends the trust.
 */
final class PointerLengthFunction implements AbiFunction {

	/** No address and no length: what a result is before the guest stores one. */
	private static final long NOT_STORED = -1;

	private final ModuleExport export;

	private final ValueKind[] kinds;

	private final Widening[] widenings;

	private final ResultStyle style;

	private final ValueKind result;

	private final Widening resultWidening;

	private final @Nullable ModuleExport post;

	private final int parameters;

	PointerLengthFunction(ModuleExport export, CallShape shape, Widening[] widenings, ResultStyle style,
			Widening resultWidening, @Nullable ModuleExport post) {
		this.export = export;
		this.kinds = shape.parameters().toArray(ValueKind[]::new);
		this.widenings = widenings;
		this.style = style;
		this.result = shape.result();
		this.resultWidening = resultWidening;
		this.post = (style == ResultStyle.POINTER_TO_PAIR) ? post : null;
		this.parameters = Exports.signature(export).parameters().size();
	}

	@Override
	public void call(GuestAccess guest, AbiCall call) {
		CallBlocks blocks = guest.blocks();
		int mark = blocks.mark();
		try {
			long[] raw = pass(guest, blocks, call, encode(guest, call));
			answer(guest, blocks, call, raw, guest.call(this.export, raw));
		}
		catch (Throwable ex) {
			blocks.releaseAfter(ex, mark);
			throw ex;
		}
		blocks.release(mark);
	}

	/** Before anything is allocated, because arguments may be refused. */
	private @Nullable Object[] encode(GuestAccess guest, AbiCall call) {
		@Nullable Object[] encoded = new Object[this.kinds.length];
		for (int i = 0; i < encoded.length; i++) {
			ValueKind kind = this.kinds[i];
			if (kind.isNumber()) {
				continue;
			}
			Object value = call.value(i);
			if (kind == ValueKind.STRING && value instanceof String text) {
				encoded[i] = Utf8.encode(guest.moduleName(), this.export.name(), i, text);
			}
			else if (kind == ValueKind.BYTES && value instanceof byte[]) {
				encoded[i] = value;
			}
			else {
				encoded[i] = encode(guest, i, kind, value);
			}
		}
		return encoded;
	}

	/** A buffer that is to be mapped, or the bytes to be copied. */
	private Object encode(GuestAccess guest, int index, ValueKind kind, Object value) {
		LargeData data = large(kind, value);
		if (data == null || !data.worthMapping()) {
			return ArrayValues.bytes(guest.moduleName(), this.export.name(), index, kind, value);
		}
		if (data.buffer().size() > Integer.MAX_VALUE - 2 * ZeroCopyBuffer.PAGE) {
			throw ArrayValues.tooLarge(guest.moduleName(), this.export.name(), index, data.buffer().size());
		}
		return data;
	}

	private static @Nullable LargeData large(ValueKind kind, Object value) {
		return switch (value) {
			case LargeData data when data.kind() == kind -> data;
			case ZeroCopyBuffer buffer when kind == ValueKind.BYTES -> LargeData.bytes(buffer);
			default -> null;
		};
	}

	private long[] pass(GuestAccess guest, CallBlocks blocks, AbiCall call, @Nullable Object[] encoded) {
		long[] raw = new long[this.parameters];
		int at = 0;
		if (this.style == ResultStyle.RETURN_POINTER) {
			int pair = blocks.allocate(8, 4);
			guest.memory().writeLong(pair, NOT_STORED);
			raw[at++] = pair;
		}
		for (int i = 0; i < encoded.length; i++) {
			Object value = encoded[i];
			if (value == null) {
				raw[at++] = this.widenings[i].apply(call.number(i));
			}
			else if (value instanceof LargeData data) {
				raw[at++] = blocks.map(data.buffer(), data.access());
				raw[at++] = data.buffer().size() / this.kinds[i].elementSize();
			}
			else {
				int elementSize = this.kinds[i].elementSize();
				int bytes = (value instanceof byte[] array) ? array.length : (int) ((MemorySegment) value).byteSize();
				int address = blocks.allocate(bytes, elementSize);
				if (value instanceof byte[] array) {
					guest.memory().writeBytes(address, array);
				}
				else {
					guest.memory().write(address, (MemorySegment) value);
				}
				raw[at++] = address;
				raw[at++] = bytes / elementSize;
			}
		}
		return raw;
	}

	private void answer(GuestAccess guest, CallBlocks blocks, AbiCall call, long[] raw, long @Nullable [] results) {
		switch (this.style) {
			case NOTHING -> {
			}
			case NUMBER -> call.answer(this.resultWidening.apply(Objects.requireNonNull(results)[0]));
			case PACKED -> {
				long packed = Objects.requireNonNull(results)[0];
				take(guest, blocks, call, (int) (packed >>> 32), (int) packed, 0);
			}
			case PAIR -> take(guest, blocks, call, (int) Objects.requireNonNull(results)[0], (int) results[1], 0);
			case RETURN_POINTER -> takePair(guest, blocks, call, (int) raw[0]);
			case POINTER_TO_PAIR -> takePair(guest, blocks, call, (int) Objects.requireNonNull(results)[0]);
		}
	}

	private void takePair(GuestAccess guest, CallBlocks blocks, AbiCall call, int pair) {
		requireWithin(guest, pair, 8);
		take(guest, blocks, call, guest.memory().readInt(pair), guest.memory().readInt(pair + 4), pair);
	}

	/** Copies the result, or has it read, and gives its block back. */
	private void take(GuestAccess guest, CallBlocks blocks, AbiCall call, int address, int length, int pair) {
		long bytes = Integer.toUnsignedLong(length) * this.result.elementSize();
		requireWithin(guest, address, bytes);
		Object value;
		try {
			guest.requireResultSize(this.export.name(), bytes);
			value = read(guest, call.reader(), address, length, (int) bytes);
		}
		catch (Throwable ex) {
			giveBackAfter(ex, guest, blocks, address, (int) bytes, pair);
			throw ex;
		}
		giveBack(guest, blocks, address, (int) bytes, pair);
		if (value != null) {
			boolean text = this.result == ValueKind.STRING && value instanceof byte[] && call.reader() == null;
			call.answer(text ? Utf8.decode(guest.moduleName(), this.export.name(), (byte[]) value) : value);
		}
	}

	private @Nullable Object read(GuestAccess guest, @Nullable Function<MemorySegment, ?> reader, int address,
			int length, int bytes) {
		if (reader != null) {
			return guest.read(address, bytes, reader);
		}
		if (this.result.elementSize() == 1) {
			return guest.memory().readBytes(address, bytes);
		}
		Object array = ArrayValues.newArray(this.result, length);
		MemorySegment segment = ArrayValues.segment(array);
		guest.memory().read(address, segment);
		ArrayValues.filled(segment, this.result.elementSize());
		return array;
	}

	private void giveBack(GuestAccess guest, CallBlocks blocks, int address, int bytes, int pair) {
		ModuleExport cleanUp = this.post;
		if (cleanUp != null) {
			guest.call(cleanUp, pair);
		}
		else {
			blocks.freeResult(address, bytes);
		}
	}

	private void giveBackAfter(Throwable failure, GuestAccess guest, CallBlocks blocks, int address, int bytes,
			int pair) {
		try {
			giveBack(guest, blocks, address, bytes, pair);
		}
		catch (RuntimeException ex) {
			failure.addSuppressed(ex);
		}
	}

	private void requireWithin(GuestAccess guest, int address, long bytes) {
		Exports.requireWithin(guest, this.export.name(), address, bytes);
	}

}
