package dev.wasmsandbox.metrics;

import io.micrometer.common.KeyValues;

/**
 * The convention for calls unless there is a bean of another one: {@code wasm.call} with
 * the module, the function, the outcome and the error, all of them few; the tenant, of
 * which there may be many, is for traces only. Thread-safe.
 */
public class DefaultWasmCallObservationConvention implements WasmCallObservationConvention {

	@Override
	public String getName() {
		return "wasm.call";
	}

	@Override
	public String getContextualName(WasmCallObservationContext context) {
		return "wasm " + context.getModule() + " " + function(context);
	}

	/** Its values are {@code UNKNOWN} and {@code none} until they are known. */
	@Override
	public KeyValues getLowCardinalityKeyValues(WasmCallObservationContext context) {
		return WasmObservationKeys.low(context).and("function", function(context));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(WasmCallObservationContext context) {
		return WasmObservationKeys.high(context);
	}

	private static String function(WasmCallObservationContext context) {
		return context.isExported() ? context.getFunction() : WasmObservationKeys.UNKNOWN;
	}

}
