package dev.wasmsandbox.abi;

import org.jspecify.annotations.Nullable;

/**
 * What a waPC guest and its host tell each other in one call. It dies with the lease.
 */
final class WapcExchange {

	private static final byte[] NOTHING = {};

	private byte[] operation = NOTHING;

	private byte[] payload = NOTHING;

	private byte[] response = NOTHING;

	private byte @Nullable [] error;

	private byte[] hostResponse = NOTHING;

	private byte[] hostError = NOTHING;

	private final GuestLog log;

	WapcExchange(String moduleName) {
		this.log = new GuestLog(moduleName);
	}

	/** Begins a call. */
	void begin(byte[] name, byte[] content) {
		this.operation = name;
		this.payload = content;
		this.response = NOTHING;
		this.error = null;
		this.log.begin();
		answered(NOTHING, NOTHING);
	}

	byte[] operation() {
		return this.operation;
	}

	byte[] payload() {
		return this.payload;
	}

	void response(byte[] bytes) {
		this.response = bytes;
	}

	byte[] response() {
		return this.response;
	}

	void error(byte[] text) {
		this.error = text;
	}

	byte @Nullable [] error() {
		return this.error;
	}

	/** Keeps what the host answered the guest's last call. */
	void answered(byte[] answer, byte[] failure) {
		this.hostResponse = answer;
		this.hostError = failure;
	}

	byte[] hostResponse() {
		return this.hostResponse;
	}

	byte[] hostError() {
		return this.hostError;
	}

	GuestLog log() {
		return this.log;
	}

}
