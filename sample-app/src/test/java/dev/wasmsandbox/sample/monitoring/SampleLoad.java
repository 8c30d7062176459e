package dev.wasmsandbox.sample.monitoring;

import java.util.List;
import java.util.stream.Stream;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.fixtures.Fixtures;
import dev.wasmsandbox.sample.Http;

/**
 * Uses the application until it is stopped: all it offers, modules that are uploaded over
 * and over, calls that trap, run out of time or find no sandbox.
 */
final class SampleLoad {

	private final Http http;

	private final WasmSandbox busy;

	private final List<Thread> threads;

	private volatile boolean stopped;

	SampleLoad(Http http, WasmSandboxes sandboxes) {
		this.http = http;
		this.busy = sandboxes.get("busy");
		this.threads = Stream.<Runnable>of(this::requests, this::loops, this::loops)
			.map((load) -> Thread.ofPlatform().name("sample-load").start(() -> {
				while (!this.stopped) {
					load.run();
				}
			}))
			.toList();
	}

	private void requests() {
		this.http.get("/add?a=2&b=40");
		this.http.get("/fib?n=20");
		this.http.post("/text/slugify", "text/plain", "Héllo, Wörld!");
		this.http.post("/hash/sha256", "application/octet-stream", new byte[10_000]);
		String id = this.http.idOf(Fixtures.bytes("traps"));
		this.http.call(id, "{\"function\": \"ok\", \"arguments\": []}");
		this.http.call(id, "{\"function\": \"unreachable\", \"arguments\": []}");
		this.http.delete("/modules/" + id);
	}

	private void loops() {
		try {
			this.busy.call("loop_forever", void.class);
		}
		catch (SandboxBusyException | SandboxTimeoutException expected) {
			// One of the two who call has the only sandbox, until its time is over.
		}
	}

	void stop() throws InterruptedException {
		this.stopped = true;
		for (Thread thread : this.threads) {
			thread.join();
		}
	}

}
