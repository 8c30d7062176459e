package dev.wasmsandbox.wasi;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

import dev.wasmsandbox.error.GuestText;

/**
 * What becomes of an output stream of one lease. How much comes here is bounded before.
 */
abstract sealed class GuestOutput {

	/** Takes bytes of the guest. */
	abstract void accept(byte[] bytes, int length);

	/** What was written, where that is kept. */
	byte[] captured() {
		return new byte[0];
	}

	/** The same, with what is written from now on kept, too. */
	GuestOutput kept() {
		return new Kept(this);
	}

	/** Ends the stream with the lease. */
	void end() {
		// Only a begun line needs an end.
	}

	static GuestOutput to(WasiStream target, Consumer<String> log) {
		return switch (target) {
			case DISCARD -> new Discarded();
			case LOG -> new Logged(log);
			case CAPTURE -> new Captured();
		};
	}

	/** Goes nowhere. */
	static final class Discarded extends GuestOutput {

		@Override
		void accept(byte[] bytes, int length) {
			// That is what was asked for.
		}

	}

	/** Is kept for whoever holds the session. */
	static final class Captured extends GuestOutput {

		private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

		@Override
		void accept(byte[] bytes, int length) {
			this.kept.write(bytes, 0, length);
		}

		@Override
		byte[] captured() {
			return this.kept.toByteArray();
		}

		@Override
		GuestOutput kept() {
			return this;
		}

	}

	/** Goes where it went, and is kept, too. */
	static final class Kept extends GuestOutput {

		private final GuestOutput first;

		private final Captured second = new Captured();

		Kept(GuestOutput first) {
			this.first = first;
		}

		@Override
		void accept(byte[] bytes, int length) {
			this.first.accept(bytes, length);
			this.second.accept(bytes, length);
		}

		@Override
		byte[] captured() {
			return this.second.captured();
		}

		@Override
		void end() {
			this.first.end();
		}

	}

	/** Goes to the log, line by line. */
	static final class Logged extends GuestOutput {

		/** Longer lines are broken, so that none must be kept as a whole. */
		private static final int LONGEST_LINE = 8_192;

		private final Consumer<String> log;

		private final ByteArrayOutputStream line = new ByteArrayOutputStream();

		Logged(Consumer<String> log) {
			this.log = log;
		}

		@Override
		void accept(byte[] bytes, int length) {
			for (int i = 0; i < length; i++) {
				if (bytes[i] == '\n') {
					flush();
				}
				else {
					this.line.write(bytes[i]);
					if (this.line.size() == LONGEST_LINE) {
						flush();
					}
				}
			}
		}

		@Override
		void end() {
			if (this.line.size() > 0) {
				flush();
			}
		}

		private void flush() {
			this.log.accept(GuestText.printable(this.line.toString(StandardCharsets.UTF_8)));
			this.line.reset();
		}

	}

}
