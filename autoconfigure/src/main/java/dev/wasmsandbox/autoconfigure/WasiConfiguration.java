package dev.wasmsandbox.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.BiConsumer;

import dev.wasmsandbox.wasi.WasiDirectory;
import dev.wasmsandbox.wasi.WasiRandom;
import dev.wasmsandbox.wasi.WasiSettings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.StringUtils;

/**
 * Makes WASI settings of a module's properties. A refused value is reported under its
 * full name, and so are values that would have no effect.
 */
final class WasiConfiguration {

	/** The most bytes standard input may have. */
	private static final int MOST_INPUT = 64 << 20;

	private final String prefix;

	private final WasiProperties properties;

	private final ResourceLoader loader;

	private final WasiSettings.Builder builder = WasiSettings.builder();

	private WasiConfiguration(String prefix, WasiProperties properties, ResourceLoader loader) {
		this.prefix = prefix;
		this.properties = properties;
		this.loader = loader;
	}

	/**
	 * The settings.
	 * @param prefix the full name of the properties, without a dot at its end
	 * @return {@code null} if WASI is not enabled
	 * @throws InvalidConfigurationPropertyValueException naming the first invalid one
	 */
	static @Nullable WasiSettings settings(String prefix, WasiProperties properties, ResourceLoader loader) {
		if (!properties.enabled()) {
			if (!properties.isDefault()) {
				throw new InvalidConfigurationPropertyValueException(prefix + ".enabled", false,
						"Other properties below '" + prefix + "' are set, which have no effect without it");
			}
			return null;
		}
		return new WasiConfiguration(prefix, properties, loader).build();
	}

	private WasiSettings build() {
		set(".arguments", this.properties.arguments(),
				(builder, value) -> builder.arguments(value.toArray(String[]::new)));
		set(".environment", this.properties.environment(), (builder, value) -> value.forEach(builder::environment));
		set(".clocks.enabled", this.properties.clocks().enabled(), WasiSettings.Builder::clocks);
		if (!this.properties.clocks().enabled() && this.properties.clocks().resolution() != null) {
			throw invalid(".clocks.resolution", this.properties.clocks().resolution(),
					"It has no effect without 'clocks.enabled'");
		}
		set(".clocks.resolution", this.properties.clocks().resolution(), WasiSettings.Builder::clockResolution);
		if ((this.properties.random() == WasiRandom.SEED) != (this.properties.seed() != null)) {
			throw invalid(".seed", this.properties.seed(), "The random numbers 'seed' and a seed need each other");
		}
		this.builder.random(this.properties.random());
		set(".seed", this.properties.seed(), WasiSettings.Builder::seed);
		set(".stdin", this.properties.stdin(), (builder, value) -> builder.stdin(read(value)));
		this.builder.stdout(this.properties.stdout()).stderr(this.properties.stderr());
		set(".limits.output", this.properties.limits().output(),
				(builder, value) -> builder.maxOutput(value.toBytes()));
		set(".limits.descriptors", this.properties.limits().descriptors(), WasiSettings.Builder::maxDescriptors);
		for (int i = 0; i < this.properties.directories().size(); i++) {
			add(".directories[" + i + "]", this.properties.directories().get(i));
		}
		try {
			return this.builder.build();
		}
		catch (IllegalArgumentException ex) {
			throw invalid(".limits.descriptors", this.properties.limits().descriptors(), ex.getMessage());
		}
	}

	/** Shown is the directory's name, as its whole has none. */
	private void add(String property, WasiProperties.Directory directory) {
		String guestPath = directory.guestPath();
		if (!StringUtils.hasText(guestPath)) {
			throw invalid(property + ".guest-path", guestPath, "A directory needs one, for example /data");
		}
		try {
			this.builder.directory(directory(guestPath, directory));
		}
		catch (IllegalArgumentException ex) {
			throw invalid(property, guestPath, ex.getMessage());
		}
	}

	private static WasiDirectory directory(String guestPath, WasiProperties.Directory properties) {
		String hostPath = properties.hostPath();
		WasiDirectory directory = (hostPath != null) ? WasiDirectory.host(guestPath, Path.of(hostPath))
				: WasiDirectory.memory(guestPath);
		if (properties.access() != null) {
			directory = directory.readOnly(properties.access() == WasiProperties.Access.READ_ONLY);
		}
		return directory.bounds((properties.size() != null) ? properties.size().toBytes() : directory.maxBytes(),
				(properties.files() != null) ? properties.files() : directory.maxFiles());
	}

	private byte[] read(String location) {
		try (InputStream in = ModuleLocation.open(this.loader.getResource(location))) {
			byte[] bytes = in.readNBytes(MOST_INPUT + 1);
			if (bytes.length > MOST_INPUT) {
				throw new IllegalArgumentException("Standard input may have at most " + MOST_INPUT + " bytes");
			}
			return bytes;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private <V> void set(String property, @Nullable V value, BiConsumer<WasiSettings.Builder, V> setter) {
		if (value == null) {
			return;
		}
		try {
			setter.accept(this.builder, value);
		}
		catch (IllegalArgumentException | UncheckedIOException ex) {
			throw invalid(property, value, ex.getMessage());
		}
	}

	private InvalidConfigurationPropertyValueException invalid(String property, @Nullable Object value,
			@Nullable String reason) {
		return new InvalidConfigurationPropertyValueException(this.prefix + property, value, reason);
	}

}
