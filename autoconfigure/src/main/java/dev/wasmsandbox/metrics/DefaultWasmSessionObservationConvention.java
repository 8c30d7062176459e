package dev.wasmsandbox.metrics;

import io.micrometer.common.KeyValues;

/**
 * The convention for sessions unless there is a bean of another one: {@code wasm.session}
 * with the module, the outcome and the error; the session's label and the tenant, of
 * which there may be many, are for traces only. Thread-safe.
 */
public class DefaultWasmSessionObservationConvention implements WasmSessionObservationConvention {

	@Override
	public String getName() {
		return "wasm.session";
	}

	@Override
	public String getContextualName(WasmSessionObservationContext context) {
		return "wasm session " + context.getModule();
	}

	/** Its values are {@code UNKNOWN} and {@code none} until they are known. */
	@Override
	public KeyValues getLowCardinalityKeyValues(WasmSessionObservationContext context) {
		return WasmObservationKeys.low(context);
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(WasmSessionObservationContext context) {
		return WasmObservationKeys.high(context).and("session", context.getInstanceId());
	}

}
