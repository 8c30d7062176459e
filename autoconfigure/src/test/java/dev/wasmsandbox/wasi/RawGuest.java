package dev.wasmsandbox.wasi;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.wasmsandbox.SandboxSession;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.engine.HostBinding;
import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.guest.GuestMemory;
import dev.wasmsandbox.screen.ValueType;

/**
 * A guest whose exports are the functions of WASI themselves, so that a test can pass
 * them whatever it likes. Memory below 4,096 is the test's, paths lie above.
 */
final class RawGuest implements AutoCloseable {

	static final int OUT = 64;

	static final long ALL = -1L;

	static final long READ = Rights.FD_READ;

	static final long WRITE = Rights.FD_WRITE;

	private static final int PATH = 4_096;

	private static final int DATA = 16_384;

	private final WasmSandbox sandbox;

	private SandboxSession session;

	private RawGuest(WasmSandbox sandbox) {
		this.sandbox = sandbox;
		this.session = sandbox.openSession();
	}

	static RawGuest with(WasiSettings.Builder settings) {
		return new RawGuest(sandbox(settings, "(memory (export \"memory\") 2 64)", ""));
	}

	static WasmSandbox sandbox(WasiSettings.Builder settings, String memory, String more) {
		return WasmSandbox.builder()
			.name("raw")
			.source(Wat.assemble(text(memory, more)))
			.callTimeout(Duration.ofSeconds(20))
			.wasi(settings.build())
			.build();
	}

	/** A module that imports all functions and exports each under its own name. */
	static String text(String memory, String more) {
		StringBuilder imports = new StringBuilder();
		StringBuilder functions = new StringBuilder();
		for (HostBinding function : WasiHost.bindings(WasiSettings.nothing())) {
			List<String> types = function.signature().parameters().stream().map(ValueType::toString).toList();
			String parameters = types.isEmpty() ? "" : " (param " + String.join(" ", types) + ")";
			String type = parameters + (function.signature().results().isEmpty() ? "" : " (result i32)");
			imports.append("(import \"wasi_snapshot_preview1\" \"%s\" (func $%s%s))\n".formatted(function.name(),
					function.name(), type));
			functions.append("(func (export \"%s\")%s".formatted(function.name(), type));
			for (int i = 0; i < types.size(); i++) {
				functions.append(" local.get ").append(i);
			}
			functions.append(" call $").append(function.name()).append(")\n");
		}
		return "(module\n" + imports + memory + "\n" + functions + more + ")";
	}

	SandboxSession session() {
		return this.session;
	}

	GuestMemory memory() {
		return this.session.memory();
	}

	/** Ends the lease and takes the next, on the same sandbox. */
	void nextLease() {
		this.session.close();
		this.session = this.sandbox.openSession();
	}

	/** Calls a function with {@code int} and {@code long} arguments. */
	Errno call(String function, Object... arguments) {
		int errno = this.session.call(function, int.class, arguments);
		return Arrays.stream(Errno.values()).filter((each) -> each.number() == errno).findFirst().orElseThrow();
	}

	/**
	 * Calls a function whose arguments contain texts: each becomes address and length.
	 */
	Errno path(String function, Object... arguments) {
		List<Object> raw = new ArrayList<>();
		int address = PATH;
		for (Object argument : arguments) {
			if (argument instanceof String text) {
				int length = memory().writeString(address, text);
				raw.add(address);
				raw.add(length);
				address += length;
			}
			else {
				raw.add(argument);
			}
		}
		return call(function, raw.toArray());
	}

	/** Opens a path, following links; the descriptor is at {@link #OUT}. */
	Errno open(int directory, String path, int flags, long rights) {
		return path("path_open", directory, 1, path, flags, rights, ALL, 0, OUT);
	}

	/** Opens what must be there. */
	int opened(int directory, String path, int flags, long rights) {
		Errno errno = open(directory, path, flags, rights);
		if (errno != Errno.SUCCESS) {
			throw new AssertionError("opening " + path + ": " + errno);
		}
		return memory().readInt(OUT);
	}

	Errno write(int descriptor, String text) {
		int length = memory().writeString(DATA, text);
		vector(DATA, length);
		return call("fd_write", descriptor, 0, 1, OUT);
	}

	/** Sets the one vector at address 0. */
	void vector(int address, int length) {
		memory().writeInt(0, address);
		memory().writeInt(4, length);
	}

	/** Reads from where the descriptor stands. */
	String read(int descriptor, int length) {
		vector(DATA, length);
		Errno errno = call("fd_read", descriptor, 0, 1, OUT);
		return (errno != Errno.SUCCESS) ? errno.name() : memory().readString(DATA, memory().readInt(OUT));
	}

	/** The whole content of a file. */
	String content(int directory, String path) {
		int descriptor = opened(directory, path, 0, READ);
		try {
			return read(descriptor, 4_096);
		}
		finally {
			call("fd_close", descriptor);
		}
	}

	List<String> list(int directory) {
		List<String> names = new ArrayList<>();
		Errno errno = call("fd_readdir", directory, DATA, 4_096, 0L, OUT);
		if (errno != Errno.SUCCESS) {
			throw new AssertionError(errno);
		}
		byte[] entries = memory().readBytes(DATA, memory().readInt(OUT));
		for (int at = 0; at < entries.length;) {
			int length = memory().readInt(DATA + at + 16);
			names.add(new String(entries, at + 24, length, StandardCharsets.UTF_8));
			at += 24 + length;
		}
		return names;
	}

	@Override
	public void close() {
		this.session.close();
		this.sandbox.close();
	}

}
