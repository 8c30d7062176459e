package dev.wasmsandbox.abi;

import dev.wasmsandbox.screen.ValueType;

/**
 * Java's lossless widening of numbers, on their raw bits: what an argument of one kind
 * becomes for a parameter, and a result for a kind that is wanted.
 */
public enum Widening {

	/** The bits stay as they are; also from {@code int} to {@code long}. */
	NONE,

	/** From a result that is an {@code int}, whose upper half is no part of it. */
	INT_TO_LONG,

	/** From {@code int} to {@code double}. */
	INT_TO_DOUBLE,

	/** From {@code float} to {@code double}. */
	FLOAT_TO_DOUBLE,

	/** What cannot be had without loss. */
	IMPOSSIBLE;

	/** What makes an argument fit a parameter. */
	public static Widening argument(ValueKind from, ValueType to) {
		return switch (to) {
			case I32 -> (from == ValueKind.I32) ? NONE : IMPOSSIBLE;
			case I64 -> (from == ValueKind.I32 || from == ValueKind.I64) ? NONE : IMPOSSIBLE;
			case F32 -> (from == ValueKind.F32) ? NONE : IMPOSSIBLE;
			case F64 -> switch (from) {
				case F64 -> NONE;
				case I32 -> INT_TO_DOUBLE;
				case F32 -> FLOAT_TO_DOUBLE;
				default -> IMPOSSIBLE;
			};
			default -> IMPOSSIBLE;
		};
	}

	/** What makes a result the kind that is wanted. */
	public static Widening result(ValueType from, ValueKind wanted) {
		return switch (from) {
			case I32 -> switch (wanted) {
				case I32, I64 -> INT_TO_LONG;
				case F64 -> INT_TO_DOUBLE;
				default -> IMPOSSIBLE;
			};
			case I64 -> (wanted == ValueKind.I64) ? NONE : IMPOSSIBLE;
			case F32 -> switch (wanted) {
				case F32 -> NONE;
				case F64 -> FLOAT_TO_DOUBLE;
				default -> IMPOSSIBLE;
			};
			case F64 -> (wanted == ValueKind.F64) ? NONE : IMPOSSIBLE;
			default -> IMPOSSIBLE;
		};
	}

	/** The bits of a widened number. */
	public long apply(long bits) {
		return switch (this) {
			case NONE -> bits;
			case INT_TO_LONG -> (int) bits;
			case INT_TO_DOUBLE -> Double.doubleToRawLongBits((int) bits);
			case FLOAT_TO_DOUBLE -> Double.doubleToRawLongBits(Float.intBitsToFloat((int) bits));
			case IMPOSSIBLE -> throw new IllegalStateException("This number cannot be passed without loss");
		};
	}

}
