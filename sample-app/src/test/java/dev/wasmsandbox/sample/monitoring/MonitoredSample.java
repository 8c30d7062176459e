package dev.wasmsandbox.sample.monitoring;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import dev.wasmsandbox.sample.Http;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;

/**
 * Runs the application with three modules more: {@code paced}, whose host takes known
 * times and that has fewer sandboxes than callers; {@code traps}, that fails in known
 * ways; and {@code busy}, that refuses all callers but one. The window is so long that
 * nothing is forgotten on a slow machine.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "wasm.metrics.window=1h", "wasm.modules.paced.location=classpath:wasm/host_calls.wasm",
				"wasm.modules.paced.limits.call-timeout=1m", "wasm.modules.paced.pool.max-size=4",
				"wasm.modules.paced.pool.max-wait=1m", "wasm.modules.traps.location=classpath:wasm/traps.wasm",
				"wasm.modules.traps.limits.call-timeout=50ms", "wasm.modules.traps.pool.max-wait=1m",
				"wasm.modules.busy.location=classpath:wasm/traps.wasm", "wasm.modules.busy.limits.call-timeout=100ms",
				"wasm.modules.busy.pool.max-size=1", "wasm.modules.busy.pool.max-wait=1ms" })
@Import({ Http.class, PacedHost.class })
@interface MonitoredSample {

}
