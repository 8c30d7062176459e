package dev.wasmsandbox.spring;

import dev.wasmsandbox.tuning.AdaptivePerformanceTuner;
import dev.wasmsandbox.tuning.TunerNote;

import org.springframework.context.ApplicationEvent;

/**
 * Published when the tuner begins a trial, keeps or puts back what it tried, or advises a
 * change, after that was done, mostly on the thread of the tuner: a listener that takes
 * long delays the next window. What a listener throws is logged and changes nothing.
 */
public class WasmTunerEvent extends ApplicationEvent {

	private final transient TunerNote note;

	/**
	 * Creates an event.
	 * @param source the tuner
	 * @param note what was decided
	 */
	public WasmTunerEvent(AdaptivePerformanceTuner source, TunerNote note) {
		super(source);
		this.note = note;
	}

	/** What was decided, and when. */
	public TunerNote note() {
		return this.note;
	}

}
