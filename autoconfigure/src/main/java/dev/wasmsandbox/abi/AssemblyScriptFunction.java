package dev.wasmsandbox.abi;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

import dev.wasmsandbox.abi.AssemblyScriptClasses.Layout;
import dev.wasmsandbox.abi.AssemblyScriptClasses.Wanted;
import dev.wasmsandbox.guest.CallBlocks;
import dev.wasmsandbox.guest.GuestAccess;
import dev.wasmsandbox.screen.ModuleExport;
import org.jspecify.annotations.Nullable;

/**
 * A function of an AssemblyScript module. Whatever its arguments became in the guest is
 * left to the guest's collector when the call is over, also when it fails.
 */
final class AssemblyScriptFunction implements AbiFunction {

	private final ModuleExport export;

	private final ValueKind[] kinds;

	private final Widening[] widenings;

	private final ValueKind result;

	private final Widening resultWidening;

	/** Has to be told how many arguments there are, where some are optional. */
	private final @Nullable ModuleExport argumentsLength;

	/** As which classes arrays are wanted; {@code null} for what is none. */
	private final List<@Nullable Wanted> wanted;

	AssemblyScriptFunction(ModuleExport export, CallShape shape, Widening[] widenings, Widening resultWidening,
			@Nullable ModuleExport argumentsLength, List<@Nullable Wanted> wanted) {
		this.export = export;
		this.kinds = shape.parameters().toArray(ValueKind[]::new);
		this.widenings = widenings;
		this.result = shape.result();
		this.resultWidening = resultWidening;
		this.argumentsLength = argumentsLength;
		this.wanted = wanted;
	}

	@Override
	public void call(GuestAccess guest, AbiCall call) {
		CallBlocks blocks = guest.blocks();
		int mark = blocks.mark();
		try {
			long[] raw = pass(guest, blocks, call, encode(guest, call));
			ModuleExport length = this.argumentsLength;
			if (length != null) {
				guest.call(length, this.kinds.length);
			}
			long[] results = guest.call(this.export, raw);
			if (this.result.isNumber()) {
				call.answer(this.resultWidening.apply(Objects.requireNonNull(results)[0]));
			}
			else if (this.result != ValueKind.NONE) {
				new AssemblyScriptAnswer(guest, this.export.name(), this.result, call)
					.take((int) Objects.requireNonNull(results)[0]);
			}
		}
		catch (Throwable ex) {
			blocks.releaseAfter(ex, mark);
			throw ex;
		}
		blocks.release(mark);
	}

	/**
	 * Before anything is allocated, because arguments may be refused; nothing for numbers
	 * and arrays of texts.
	 */
	private @Nullable MemorySegment[] encode(GuestAccess guest, AbiCall call) {
		@Nullable MemorySegment[] encoded = new MemorySegment[this.kinds.length];
		for (int i = 0; i < encoded.length; i++) {
			ValueKind kind = this.kinds[i];
			if (!kind.isNumber() && !(kind == ValueKind.STRINGS && call.value(i) instanceof String[])) {
				Object value = call.value(i);
				encoded[i] = (kind == ValueKind.STRING && value instanceof String text) ? ArrayValues.utf16(text)
						: ArrayValues.bytes(guest.moduleName(), this.export.name(), i, kind, value);
			}
		}
		return encoded;
	}

	private long[] pass(GuestAccess guest, CallBlocks blocks, AbiCall call, @Nullable MemorySegment[] encoded) {
		AssemblyScriptObjects objects = new AssemblyScriptObjects(guest, this.export.name(), blocks);
		long[] raw = new long[encoded.length];
		for (int i = 0; i < raw.length; i++) {
			MemorySegment bytes = encoded[i];
			Wanted array = this.wanted.get(i);
			if (array == null) {
				raw[i] = (bytes != null) ? objects.string(bytes) : this.widenings[i].apply(call.number(i));
				continue;
			}
			AssemblyScriptClasses classes = AssemblyScriptClasses.of(guest, this.export.name());
			Layout layout = classes.layout(guest, this.export.name(), array);
			raw[i] = (bytes != null) ? objects.array(bytes, layout, this.kinds[i].elementSize())
					: objects.texts(i, (String[]) call.value(i), layout);
		}
		return raw;
	}

}
