package dev.wasmsandbox.tuning;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.metrics.CallCounts;
import dev.wasmsandbox.metrics.PerformanceAdvisor;
import dev.wasmsandbox.metrics.PerformanceMetrics;
import dev.wasmsandbox.observe.Tunable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tunes a registry of sandboxes while it is in use, on one daemon thread. A change is
 * kept only when its interleaved comparison has proved a gain, and put back otherwise,
 * also after a failure, when the tuner is stopped, and, with a state file, when the
 * application was killed in between.
 * <p>
 * Thread-safe. Nothing is done before {@link #start}; {@link #stop} is the kill switch.
 */
public final class AdaptivePerformanceTuner implements AutoCloseable {

	private static final Logger log = LoggerFactory.getLogger(AdaptivePerformanceTuner.class);

	private final TunerOptions options;

	private final TunerRun run;

	private final List<TunerListener> listeners = new CopyOnWriteArrayList<>();

	/** The thread that works; another one that still does ends. */
	private volatile @Nullable Thread thread;

	/**
	 * Creates a tuner that does not run yet.
	 * @param advisor whose recommendations are where the search begins
	 * @param sandboxes the registry that the metrics observe
	 * @param own parameters besides those of the registry
	 */
	public AdaptivePerformanceTuner(TunerOptions options, PerformanceMetrics metrics, PerformanceAdvisor advisor,
			WasmSandboxes sandboxes, List<Tunable> own) {
		this(options, fresh(options, metrics.settings().window()), new TunerSources(() -> {
			List<Tunable> all = new ArrayList<>(sandboxes.tunables());
			all.addAll(own);
			return all;
		}, () -> work(metrics, sandboxes), new TunerHints(advisor, sandboxes, options.settings().reach())::of,
				System.nanoTime()));
	}

	/**
	 * Nothing is chosen by measurements that know of what was in force before: where
	 * windows of observation are short, it waits for as many as those look back on.
	 */
	private static TunerSettings fresh(TunerOptions options, Duration measured) {
		Duration window = options.interval().plus(options.observation());
		long windows = Math.ceilDiv(measured.toNanos(), window.toNanos());
		return options.settings().atLeastCoolDown((int) Math.min(Integer.MAX_VALUE, windows));
	}

	AdaptivePerformanceTuner(TunerOptions options, TunerSources sources) {
		this(options, options.settings(), sources);
	}

	private AdaptivePerformanceTuner(TunerOptions options, TunerSettings settings, TunerSources sources) {
		this.options = options;
		this.run = new TunerRun(options, new TunerCore(settings), sources);
	}

	private static Map<String, CallCounts> work(PerformanceMetrics metrics, WasmSandboxes sandboxes) {
		Map<String, CallCounts> work = new HashMap<>();
		for (String module : sandboxes.names()) {
			metrics.counts(module).forEach((function, counts) -> work.put(module + '/' + function, counts));
		}
		return work;
	}

	/** How it runs. */
	public TunerOptions options() {
		return this.options;
	}

	/** Has a listener told of decisions from now on. */
	public void addListener(TunerListener listener) {
		this.listeners.add(listener);
	}

	/**
	 * Begins, or goes on after {@link #close}. Without effect where the mode is
	 * {@link TunerMode#OFF}.
	 */
	public synchronized void start() {
		if (this.options.mode() != TunerMode.OFF && this.thread == null) {
			this.run.resume(System.nanoTime());
			Thread working = Thread.ofPlatform().name("wasm-tuner").daemon().unstarted(this::work);
			this.thread = working;
			working.start();
		}
	}

	/** Whether its thread runs. */
	public boolean isRunning() {
		return this.thread != null;
	}

	/**
	 * The kill switch: puts the values back that are proven, before it returns, and
	 * changes nothing until {@link #resume}.
	 */
	public void stop() {
		this.run.stop("The tuner was stopped");
		tell();
	}

	/** Ends {@link #stop}. Without effect where the mode is {@link TunerMode#OFF}. */
	public void resume() {
		this.run.resume(System.nanoTime());
		LockSupport.unpark(this.thread);
	}

	/**
	 * Has a parameter keep its proven value until {@link #unpin}, or the application
	 * ends.
	 * @param parameter its id
	 * @throws IllegalArgumentException if there is none
	 */
	public void pin(String parameter) {
		this.run.pin(parameter, null);
		tell();
	}

	/**
	 * Sets a parameter and has it keep that value, whatever the mode.
	 * @param parameter its id
	 * @param value one of its range; of a choice the index
	 * @throws IllegalArgumentException if there is no such parameter, or it cannot have
	 * that value
	 */
	public void pin(String parameter, double value) {
		this.run.pin(parameter, value);
		tell();
	}

	/**
	 * Has a parameter change again.
	 * @param parameter its id
	 * @throws IllegalArgumentException if there is none, or it is pinned by configuration
	 */
	public void unpin(String parameter) {
		this.run.unpin(parameter);
	}

	/** What it does, and did. */
	public TunerStatus status() {
		return this.run.status();
	}

	/**
	 * Ends its thread, with the proven values put back. A trial under way is lost.
	 */
	@Override
	public synchronized void close() {
		Thread working = this.thread;
		this.thread = null;
		LockSupport.unpark(working);
		if (working != null) {
			this.run.stop("The application ends");
			tell();
		}
	}

	private boolean wanted() {
		Thread working = this.thread;
		return working != null && working.equals(Thread.currentThread());
	}

	private void work() {
		while (wanted()) {
			long pause = advance(System.nanoTime());
			if (wanted() && pause > 0) {
				LockSupport.parkNanos(this, pause);
			}
		}
	}

	/** Does what is due; whatever fails, it goes on later. */
	private long advance(long now) {
		long pause;
		try {
			pause = this.run.advance(now);
		}
		catch (RuntimeException ex) {
			log.warn("The tuner cannot look for now; it is tried again", ex);
			pause = this.options.interval().toNanos();
		}
		tell();
		return pause;
	}

	private void tell() {
		for (TunerNote note : this.run.takeUntold()) {
			log(note);
			for (TunerListener listener : this.listeners) {
				try {
					listener.decided(note);
				}
				catch (RuntimeException ex) {
					log.warn("A listener failed that was told what the tuner decided", ex);
				}
			}
		}
	}

	private void log(TunerNote note) {
		String reason = note.decision().reason();
		switch (note.decision()) {
			case TunerDecision.Trial trial -> log.info("The tuner tries {}: {}", written(trial.proposal()), reason);
			case TunerDecision.Keep keep ->
				log.info("The tuner keeps {}: {}; {}", written(keep.result().proposal()), reason, seen(keep.result()));
			case TunerDecision.RollBack back -> log.info("The tuner puts back {}: {}; {}",
					back.result().proposal().move().changes().keySet(), reason, seen(back.result()));
			case TunerDecision.Advise advise ->
				log.info("The tuner would try {}: {}", written(advise.proposal()), reason);
			case TunerDecision.Continue _, TunerDecision.Wait _ -> log.debug("The tuner: {}", reason);
		}
	}

	private String written(Move.Proposal proposal) {
		return this.run.written(proposal.move().changes());
	}

	/** What a trial has shown, in a few words. */
	private static String seen(TrialResult result) {
		TrialResult.Evidence evidence = result.evidence();
		if (evidence.blocks() == 0) {
			return "nothing was compared";
		}
		return "it gains " + ResponseMixture.percent(evidence.gain()) + ", between "
				+ ResponseMixture.percent(evidence.low()) + " and " + ResponseMixture.percent(evidence.high())
				+ ", comparisons: " + evidence.blocks();
	}

}
