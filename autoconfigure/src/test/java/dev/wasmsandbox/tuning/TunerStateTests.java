package dev.wasmsandbox.tuning;

import java.util.Map;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the core remembers can be written down and read back, in the middle of a trial.
 */
class TunerStateTests {

	@Test
	void isReadBackAsItWasWritten() {
		JsonMapper mapper = JsonMapper.builder().build();
		Simulation run = new Simulation(new Plant(Plant.random(1), 3, 0.5, 0.5), Session.active(), 0.05, 1);
		boolean inTrial = false;
		for (int i = 0; i < 300; i++) {
			run.window();
			inTrial |= run.state().trial() != null;
			TunerState read = mapper.readValue(mapper.writeValueAsString(run.state()), TunerState.class);
			assertThat(read).isEqualTo(run.state());
		}
		assertThat(inTrial).isTrue();
		assertThat(run.state().history()).isNotEmpty();
		assertThat(run.state().rejections()).isNotEmpty();
		TunerState empty = TunerState.initial(1);
		assertThat(mapper.readValue(mapper.writeValueAsString(empty), TunerState.class)).isEqualTo(empty);
		assertThat(empty.proven()).isEqualTo(Map.of());
	}

}
