package dev.wasmsandbox.sample.uploads;

import java.time.Duration;

import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The bounds of what strangers may upload and run.
 *
 * @param maxModules how many modules are kept; the one unused for longest makes room
 * @param expireAfter how long a module is kept after its last use
 * @param moduleSize the largest file
 * @param memory the most memory of one sandbox
 * @param callTimeout the longest call
 * @param maxSize how many calls of one module may run at a time
 * @param maxWait how long a call waits for its turn
 */
@ConfigurationProperties("sample.uploads")
record UploadSettings(@DefaultValue("20") int maxModules, @DefaultValue("30m") Duration expireAfter,
		@DefaultValue("16MB") DataSize moduleSize, @DefaultValue("64MB") DataSize memory,
		@DefaultValue("500ms") Duration callTimeout, @DefaultValue("4") int maxSize,
		@DefaultValue("250ms") Duration maxWait) {

	SandboxLimits limits() {
		return new SandboxLimits(this.memory.toBytes(), this.callTimeout, this.moduleSize.toBytes());
	}

	PoolSettings pool() {
		return new PoolSettings(this.maxSize, this.maxWait);
	}

}
