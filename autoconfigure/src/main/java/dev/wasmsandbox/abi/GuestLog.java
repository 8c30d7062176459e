package dev.wasmsandbox.abi;

import java.util.List;

import dev.wasmsandbox.error.GuestText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What a guest logs through its convention, to the logger of its module. It is bounded,
 * and can forge no lines.
 */
final class GuestLog {

	/** Levels from the least important one, as conventions number them. */
	private static final List<Level> LEVELS = List.of(Level.TRACE, Level.DEBUG, Level.INFO, Level.WARN, Level.ERROR);

	/** The level that a guest is told where nothing is logged. */
	private static final int OFF = Integer.MAX_VALUE;

	private static final int LONGEST_LINE = 8_192;

	/** The most characters of one call; the rest is dropped. */
	private static final int MOST = 1 << 20;

	private final Logger logger;

	private int logged;

	GuestLog(String moduleName) {
		this.logger = LoggerFactory.getLogger("dev.wasmsandbox.output." + moduleName);
	}

	/** Begins a call, which may log as much as the one before. */
	void begin() {
		this.logged = 0;
	}

	void log(Level level, String text) {
		if (!this.logger.isEnabledForLevel(level) || this.logged > MOST) {
			return;
		}
		String line = GuestText.excerpt(text, LONGEST_LINE);
		this.logged += line.length() + 1;
		if (this.logged > MOST) {
			this.logger.warn("(it logs more than {} characters in one call; the rest is dropped)", MOST);
			return;
		}
		this.logger.atLevel(level).log(line);
	}

	/** The number of the least important level that is logged. */
	int level() {
		for (int number = 0; number < LEVELS.size(); number++) {
			if (this.logger.isEnabledForLevel(LEVELS.get(number))) {
				return number;
			}
		}
		return OFF;
	}

}
