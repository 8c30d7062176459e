package dev.wasmsandbox.tuning;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps what the tuner has learnt over restarts, as JSON. A write either replaces the
 * file as a whole or leaves it as it was; a file that cannot be read counts as none. For
 * one thread at a time.
 */
final class TunerStateFile {

	private static final Logger log = LoggerFactory.getLogger(TunerStateFile.class);

	/** A state has some hundred entries; what is larger is not one of ours. */
	private static final long MOST_BYTES = 16 << 20;

	/** Another number for what cannot be read as this. */
	private static final int FORMAT = 1;

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private final Path file;

	private boolean failed;

	TunerStateFile(Path file) {
		this.file = file.toAbsolutePath();
	}

	/**
	 * What is written.
	 *
	 * @param format the number of this format
	 * @param state what was learnt
	 */
	record Saved(int format, @Nullable TunerState state) {
	}

	/** What was written last, if it can be read. */
	Optional<TunerState> read() {
		try {
			if (Files.size(this.file) > MOST_BYTES) {
				throw new IOException("it has " + Files.size(this.file) + " bytes");
			}
			@Nullable Saved saved = JSON.readValue(Files.readAllBytes(this.file), Saved.class);
			TunerState state = (saved != null) ? saved.state() : null;
			if (saved == null || state == null || saved.format() != FORMAT) {
				throw new IOException("it is none of format " + FORMAT);
			}
			return Optional.of(state);
		}
		catch (NoSuchFileException _) {
			log.info("The tuner has no state yet; it will be kept in {}", this.file);
		}
		catch (JacksonException ex) {
			unreadable(ex.getOriginalMessage());
		}
		catch (IOException ex) {
			unreadable(ex.toString());
		}
		return Optional.empty();
	}

	private void unreadable(String why) {
		log.warn("The tuner starts anew: its state in {} cannot be read ({}); the file will be replaced", this.file,
				why);
	}

	/** Writes it down. If that fails, it is logged once, and tried again next time. */
	void write(TunerState state) {
		Path next = this.file.resolveSibling(this.file.getFileName() + ".next");
		try {
			Path folder = this.file.getParent();
			if (folder != null) {
				Files.createDirectories(folder);
			}
			Files.write(next, JSON.writeValueAsBytes(new Saved(FORMAT, state)));
			move(next);
			this.failed = false;
		}
		catch (IOException | JacksonException ex) {
			if (!this.failed) {
				log.warn("The state of the tuner cannot be written to {}; after a restart it would begin with an older "
						+ "one. It is tried again", this.file, ex);
			}
			this.failed = true;
		}
	}

	private void move(Path next) throws IOException {
		try {
			Files.move(next, this.file, StandardCopyOption.ATOMIC_MOVE);
		}
		catch (AtomicMoveNotSupportedException _) {
			Files.move(next, this.file, StandardCopyOption.REPLACE_EXISTING);
		}
	}

}
