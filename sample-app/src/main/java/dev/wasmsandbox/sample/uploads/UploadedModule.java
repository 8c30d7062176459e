package dev.wasmsandbox.sample.uploads;

import java.time.Instant;

import dev.wasmsandbox.WasmSandbox;

/**
 * One uploaded module. What changes is guarded by {@link UploadedModules}.
 */
final class UploadedModule {

	private final String fileName;

	private final WasmSandbox sandbox;

	private Instant lastUse;

	private int uses;

	UploadedModule(String fileName, WasmSandbox sandbox, Instant now) {
		this.fileName = fileName;
		this.sandbox = sandbox;
		this.lastUse = now;
	}

	String id() {
		return this.sandbox.name();
	}

	/** What the uploader called it; to be shown, not to be trusted. */
	String fileName() {
		return this.fileName;
	}

	WasmSandbox sandbox() {
		return this.sandbox;
	}

	Instant lastUse() {
		return this.lastUse;
	}

	boolean idle() {
		return this.uses == 0;
	}

	void begin(Instant now) {
		this.uses++;
		this.lastUse = now;
	}

	void end(Instant now) {
		this.uses--;
		this.lastUse = now;
	}

}
