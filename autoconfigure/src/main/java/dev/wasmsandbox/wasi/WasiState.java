package dev.wasmsandbox.wasi;

import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.wasmsandbox.engine.GuestInstance;
import dev.wasmsandbox.error.SandboxLimitException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything of WASI that one lease of a sandbox changes. It is made at the guest's first
 * call and closed with the lease, so the next one finds nothing of it.
 */
final class WasiState implements Closeable {

	/** Data is moved in steps of as many bytes, and looked at the deadline between. */
	static final int STEP = 65_536;

	private static final Clock CLOCK = Clock.systemUTC();

	private final GuestInstance guest;

	private final WasiSettings settings;

	private final WasiMemory memory;

	private final DescriptorTable descriptors;

	private final List<Grant> grants = new ArrayList<>();

	private final WasiStart start;

	private final Descriptor.Output stdout;

	private final Descriptor.Output stderr;

	private final SplittableRandom random;

	private final long began = System.nanoTime();

	private long written;

	private byte[] scratch = {};

	WasiState(GuestInstance guest, WasiSettings settings) {
		this.guest = guest;
		this.settings = settings;
		this.memory = new WasiMemory(guest);
		this.random = new SplittableRandom(settings.seed());
		Logger logger = LoggerFactory.getLogger("dev.wasmsandbox.output." + guest.moduleName());
		this.stdout = new Descriptor.Output(GuestOutput.to(settings.stdout(), logger::info));
		this.stderr = new Descriptor.Output(GuestOutput.to(settings.stderr(), logger::warn));
		Descriptor.Input stdin = new Descriptor.Input(settings.sharedStdin());
		this.start = new WasiStart(guest.moduleName(), settings, stdin);
		this.descriptors = new DescriptorTable(settings.maxDescriptors());
		this.descriptors.add(stdin);
		this.descriptors.add(this.stdout);
		this.descriptors.add(this.stderr);
		for (WasiDirectory directory : settings.directories()) {
			Grant grant = new Grant(directory, this.grants.size() + 1, this::fileTime);
			this.grants.add(grant);
			this.descriptors.add(new Descriptor.Folder(grant));
		}
	}

	/**
	 * Has the lease begin otherwise than the settings say.
	 * @throws IllegalStateException if the guest knows already what would change
	 */
	void launch(WasiLaunch launch) {
		this.start.change(launch);
		if (launch.captured()) {
			this.stdout.target(new GuestOutput.Captured());
			this.stderr.target(new GuestOutput.Captured());
		}
	}

	/**
	 * Has a command begin: behind the arguments it has come others, and its output is
	 * kept beside going where it goes.
	 * @param stdin {@code null} for the one it has
	 */
	void command(List<String> more, byte @Nullable [] stdin) {
		WasiLaunch launch = (stdin != null) ? WasiLaunch.nothing().stdin(stdin) : WasiLaunch.nothing();
		if (!more.isEmpty()) {
			List<String> all = new ArrayList<>(this.start.expected());
			if (all.isEmpty()) {
				all.add(this.guest.moduleName());
			}
			all.addAll(more);
			launch = launch.arguments(all);
		}
		this.start.change(launch);
		this.stdout.target(this.stdout.target().kept());
		this.stderr.target(this.stderr.target().kept());
	}

	WasiStart start() {
		return this.start;
	}

	WasiSettings settings() {
		return this.settings;
	}

	WasiMemory memory() {
		return this.memory;
	}

	DescriptorTable descriptors() {
		return this.descriptors;
	}

	GuestInstance guest() {
		return this.guest;
	}

	SplittableRandom random() {
		return this.random;
	}

	/** Room for one step; whoever uses it is done with it before anyone else. */
	byte[] scratch() {
		if (this.scratch.length == 0) {
			this.scratch = new byte[STEP];
		}
		return this.scratch;
	}

	/** Ends the call if its time is over. */
	void checkpoint() {
		this.guest.checkpoint();
	}

	/** The time as the guest may know it, in nanoseconds since 1970. */
	long realtime() {
		Instant now = CLOCK.instant();
		return rounded(now.getEpochSecond() * 1_000_000_000L + now.getNano());
	}

	/** The time since the state was made, as the guest may know it, in nanoseconds. */
	long monotonic() {
		return rounded(System.nanoTime() - this.began);
	}

	/** The time of changes to files: none where no clock is granted. */
	private long fileTime() {
		return this.settings.clocks() ? realtime() : 0;
	}

	private long rounded(long nanos) {
		long resolution = this.settings.clockResolution().toNanos();
		return nanos / resolution * resolution;
	}

	/**
	 * Takes output.
	 * @throws SandboxLimitException if it is more than the lease may write; the guest
	 * runs no further calls
	 */
	void output(GuestOutput target, byte[] bytes, int length) {
		long total = this.written + length;
		if (total > this.settings.maxOutput()) {
			throw this.guest.distrust(new SandboxLimitException(this.guest.moduleName(), null, "wasi.limits.output",
					this.settings.maxOutput(), total,
					"it wrote more than wasi.limits.output of " + this.settings.maxOutput()
							+ " bytes to its output streams; raise it if that is legitimate",
					null));
		}
		this.written = total;
		target.accept(bytes, length);
	}

	byte[] captured(boolean error) {
		return (error ? this.stderr : this.stdout).target().captured();
	}

	@Override
	public void close() throws IOException {
		this.stdout.target().end();
		this.stderr.target().end();
		List<Closeable> open = new ArrayList<>(this.descriptors.all());
		open.addAll(this.grants);
		IOException failure = null;
		for (Closeable each : open) {
			try {
				each.close();
			}
			catch (IOException ex) {
				failure = ex;
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

}
