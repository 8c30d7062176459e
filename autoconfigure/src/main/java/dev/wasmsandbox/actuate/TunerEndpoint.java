package dev.wasmsandbox.actuate;

import dev.wasmsandbox.actuate.TunerDescriptors.DecisionDescriptor;
import dev.wasmsandbox.actuate.TunerDescriptors.Labels;
import dev.wasmsandbox.actuate.TunerDescriptors.ParameterDescriptor;
import dev.wasmsandbox.actuate.TunerDescriptors.ProposalDescriptor;
import dev.wasmsandbox.actuate.TunerDescriptors.TrialDescriptor;
import dev.wasmsandbox.actuate.TunerDescriptors.TunerDescriptor;
import dev.wasmsandbox.tuning.AdaptivePerformanceTuner;
import dev.wasmsandbox.tuning.TunerNote;
import dev.wasmsandbox.tuning.TunerStatus;
import dev.wasmsandbox.tuning.TunerStatus.TrialStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * The endpoint {@code wasmtuner}: parameters, the trial under way, decisions with their
 * evidence. What it does to the tuner are its {@link TunerAction}s.
 */
@Endpoint(id = "wasmtuner")
public class TunerEndpoint {

	private final AdaptivePerformanceTuner tuner;

	/**
	 * Creates the endpoint.
	 * @param tuner the tuner it shows
	 */
	public TunerEndpoint(AdaptivePerformanceTuner tuner) {
		this.tuner = tuner;
	}

	/** The tuner as it is now. */
	@ReadOperation
	public TunerDescriptor tuner() {
		TunerStatus status = this.tuner.status();
		Labels labels = Labels.of(status);
		TrialStatus trial = status.trial();
		TunerNote latest = status.latest();
		return new TunerDescriptor(status.mode(), status.activity(), this.tuner.options().interval().toMillis() / 1e3,
				this.tuner.options().observation().toMillis() / 1e3, status.windows(), status.trials(), status.score(),
				status.noise(), status.parameters().stream().map(ParameterDescriptor::of).toList(),
				(trial != null) ? new TrialDescriptor(trial.number(), trial.started(), trial.comparisons(),
						trial.trying(), ProposalDescriptor.of(trial.proposal(), labels)) : null,
				(latest != null) ? DecisionDescriptor.of(latest, labels) : null, labels.decisions(status.decisions()),
				labels.decisions(status.decisions()
					.stream()
					.filter((note) -> note.kind() == TunerNote.Kind.ROLL_BACK)
					.toList()));
	}

	/**
	 * Does something to the tuner.
	 * @param action the name of a {@link TunerAction}
	 * @param parameter the id of a parameter, for pinning and unpinning
	 * @param value what to pin it to, as the endpoint writes values; its proven value if
	 * it is not said
	 * @return the tuner as it is then
	 * @throws IllegalArgumentException if there is no such action, or it cannot be done
	 * so
	 */
	@WriteOperation
	public TunerDescriptor act(String action, @Nullable String parameter, @Nullable String value) {
		TunerAction.of(action).perform(this.tuner, parameter, value);
		return tuner();
	}

}
