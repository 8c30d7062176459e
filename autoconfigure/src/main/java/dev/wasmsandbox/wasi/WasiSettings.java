package dev.wasmsandbox.wasi;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What WASI grants a module. Immutable. A new one grants nothing: no arguments, no
 * variables, no clocks, no random numbers, no input, no directories, and output goes
 * nowhere.
 */
public final class WasiSettings {

	private static final WasiSettings NOTHING = builder().build();

	private final List<String> arguments;

	private final Map<String, String> environment;

	private final boolean clocks;

	private final Duration clockResolution;

	private final WasiRandom random;

	private final long seed;

	private final byte[] stdin;

	private final WasiStream stdout;

	private final WasiStream stderr;

	private final List<WasiDirectory> directories;

	private final long maxOutput;

	private final int maxDescriptors;

	private WasiSettings(Builder builder) {
		this.arguments = List.copyOf(builder.arguments);
		this.environment = Collections.unmodifiableMap(new LinkedHashMap<>(builder.environment));
		this.clocks = builder.clocks;
		this.clockResolution = builder.clockResolution;
		this.random = builder.random;
		this.seed = builder.seed;
		this.stdin = builder.stdin;
		this.stdout = builder.stdout;
		this.stderr = builder.stderr;
		this.directories = List.copyOf(builder.directories);
		this.maxOutput = builder.maxOutput;
		this.maxDescriptors = builder.maxDescriptors;
	}

	/** Begins with nothing granted. */
	public static Builder builder() {
		return new Builder();
	}

	/** WASI whose functions are there, but grant nothing. */
	public static WasiSettings nothing() {
		return NOTHING;
	}

	/** The arguments; the first one is the program's name. */
	public List<String> arguments() {
		return this.arguments;
	}

	/** All variables the guest sees. */
	public Map<String, String> environment() {
		return this.environment;
	}

	/** Whether it may read clocks and sleep. */
	public boolean clocks() {
		return this.clocks;
	}

	/** What times are rounded down to. */
	public Duration clockResolution() {
		return this.clockResolution;
	}

	public WasiRandom random() {
		return this.random;
	}

	/** The seed, for {@link WasiRandom#SEED}. */
	public long seed() {
		return this.seed;
	}

	/** What it reads from its standard input. */
	public byte[] stdin() {
		return this.stdin.clone();
	}

	/** How long {@link #stdin()} is. */
	public int stdinBytes() {
		return this.stdin.length;
	}

	byte[] sharedStdin() {
		return this.stdin;
	}

	public WasiStream stdout() {
		return this.stdout;
	}

	public WasiStream stderr() {
		return this.stderr;
	}

	public List<WasiDirectory> directories() {
		return this.directories;
	}

	/**
	 * The most bytes it may write to both output streams together during one lease.
	 */
	public long maxOutput() {
		return this.maxOutput;
	}

	/** The most descriptors it may have open. */
	public int maxDescriptors() {
		return this.maxDescriptors;
	}

	/** Collects what is granted. Not thread-safe. */
	public static final class Builder {

		private final List<String> arguments = new ArrayList<>();

		private final Map<String, String> environment = new LinkedHashMap<>();

		private boolean clocks;

		private Duration clockResolution = Duration.ofMillis(1);

		private WasiRandom random = WasiRandom.NONE;

		private long seed;

		private byte[] stdin = {};

		private WasiStream stdout = WasiStream.DISCARD;

		private WasiStream stderr = WasiStream.DISCARD;

		private final List<WasiDirectory> directories = new ArrayList<>();

		private long maxOutput = 1L << 20;

		private int maxDescriptors = 64;

		private Builder() {
		}

		/**
		 * Adds arguments; the first of all is the program's name.
		 * @throws IllegalArgumentException if one contains a NUL or half of a surrogate
		 * pair
		 */
		public Builder arguments(String... more) {
			for (String argument : more) {
				require(WasiTexts.problem(argument));
				this.arguments.add(argument);
			}
			return this;
		}

		/**
		 * Adds a variable.
		 * @throws IllegalArgumentException if the name is empty or has an equals sign, or
		 * name or value contain a NUL or half of a surrogate pair
		 */
		public Builder environment(String name, String value) {
			require(WasiTexts.problem(name, value));
			this.environment.put(name, value);
			return this;
		}

		private static void require(@Nullable String problem) {
			if (problem != null) {
				throw new IllegalArgumentException(problem);
			}
		}

		/** Grants clocks and sleeping, or not. */
		public Builder clocks(boolean granted) {
			this.clocks = granted;
			return this;
		}

		/**
		 * What times are rounded down to.
		 * @throws IllegalArgumentException unless it is between 1 ns and 1 h
		 */
		public Builder clockResolution(Duration resolution) {
			if (resolution.isNegative() || resolution.isZero() || resolution.compareTo(Duration.ofHours(1)) > 0) {
				throw new IllegalArgumentException(
						"The resolution of clocks must be between 1 ns and 1 h, but is " + resolution);
			}
			this.clockResolution = resolution;
			return this;
		}

		public Builder random(WasiRandom source) {
			this.random = Objects.requireNonNull(source, "source");
			return this;
		}

		/** Grants the random numbers that follow from a seed. */
		public Builder seed(long value) {
			this.seed = value;
			return random(WasiRandom.SEED);
		}

		/** What each lease reads from standard input; the bytes are copied. */
		public Builder stdin(byte[] bytes) {
			this.stdin = bytes.clone();
			return this;
		}

		public Builder stdout(WasiStream target) {
			this.stdout = Objects.requireNonNull(target, "target");
			return this;
		}

		public Builder stderr(WasiStream target) {
			this.stderr = Objects.requireNonNull(target, "target");
			return this;
		}

		public Builder directory(WasiDirectory directory) {
			if (this.directories.stream().anyMatch((other) -> other.guestPath().equals(directory.guestPath()))) {
				throw new IllegalArgumentException(
						"The directory " + directory.guestPath() + " is granted twice; give each a path of its own");
			}
			this.directories.add(directory);
			return this;
		}

		/**
		 * Bounds the output of one lease.
		 * @throws IllegalArgumentException unless it is between 0 and 1 GiB
		 */
		public Builder maxOutput(long bytes) {
			if (bytes < 0 || bytes > 1L << 30) {
				throw new IllegalArgumentException("The output limit must be between 0 and 1 GiB, but is " + bytes);
			}
			this.maxOutput = bytes;
			return this;
		}

		/**
		 * Bounds the open descriptors, those of streams and granted directories included.
		 * @throws IllegalArgumentException unless it is between 3 and 1,024
		 */
		public Builder maxDescriptors(int count) {
			if (count < 3 || count > 1_024) {
				throw new IllegalArgumentException("The descriptors must be between 3 and 1,024, but are " + count);
			}
			this.maxDescriptors = count;
			return this;
		}

		/**
		 * Makes the settings.
		 * @throws IllegalArgumentException if the directories need more descriptors than
		 * allowed
		 */
		public WasiSettings build() {
			if (this.directories.size() + 3 > this.maxDescriptors) {
				throw new IllegalArgumentException(this.directories.size()
						+ " directories and 3 streams need more than " + this.maxDescriptors + " descriptors");
			}
			return new WasiSettings(this);
		}

	}

}
