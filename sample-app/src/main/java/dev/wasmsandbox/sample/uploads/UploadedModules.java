package dev.wasmsandbox.sample.uploads;

import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import dev.wasmsandbox.ModuleDefinition;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.module.ModuleSource;
import dev.wasmsandbox.sample.web.InvalidInputException;

import org.springframework.http.HttpStatus;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * Keeps uploaded modules: a bounded number, each for a while after its last use. A module
 * in use is never taken away but by its own removal. Thread-safe.
 */
class UploadedModules {

	private final WasmSandboxes sandboxes;

	private final UploadSettings settings;

	private final InstantSource clock;

	/** In the order of the uploads. */
	private final Map<String, UploadedModule> modules = new LinkedHashMap<>();

	/** Places taken by modules that are being compiled. */
	private int loading;

	UploadedModules(WasmSandboxes sandboxes, UploadSettings settings, InstantSource clock) {
		this.sandboxes = sandboxes;
		this.settings = settings;
		this.clock = clock;
	}

	/** Loads a module under an id of its own, under the limits for strangers. */
	UploadedModule add(String fileName, byte[] bytes) {
		takePlace();
		UploadedModule module = null;
		try {
			WasmSandbox sandbox = this.sandboxes.load(definition(fileName, bytes));
			module = new UploadedModule(fileName, sandbox, this.clock.instant());
			return module;
		}
		finally {
			fillPlace(Optional.ofNullable(module));
		}
	}

	private ModuleDefinition definition(String fileName, byte[] bytes) {
		String id = "upload-" + UUID.randomUUID().toString().substring(0, 8);
		return ModuleDefinition.named(id)
			.source(ModuleSource.of("upload [" + fileName + "]", () -> new ByteArrayInputStream(bytes)))
			.limits(this.settings.limits())
			.pool(this.settings.pool())
			.build();
	}

	private synchronized void takePlace() {
		removeExpired();
		if (this.modules.size() + this.loading >= this.settings.maxModules()) {
			UploadedModule oldest = this.modules.values()
				.stream()
				.filter(UploadedModule::idle)
				.min(Comparator.comparing(UploadedModule::lastUse))
				.orElseThrow(() -> new SandboxBusyException(null, null,
						"all " + this.settings.maxModules() + " uploaded modules are in use; upload again in a moment",
						null));
			unload(oldest);
		}
		this.loading++;
	}

	private synchronized void fillPlace(Optional<UploadedModule> loaded) {
		this.loading--;
		loaded.ifPresent((module) -> this.modules.put(module.id(), module));
	}

	/** All modules, in the order of their uploads. */
	synchronized List<UploadedModule> all() {
		removeExpired();
		return List.copyOf(this.modules.values());
	}

	/**
	 * Does something with a module, which stays loaded meanwhile.
	 * @throws InvalidInputException if there is none with this id
	 */
	<T> T use(String id, Function<UploadedModule, T> job) {
		UploadedModule module = begin(id);
		try {
			return job.apply(module);
		}
		catch (IllegalStateException ex) {
			throw isLoaded(module) ? ex : unknown(id);
		}
		finally {
			end(module);
		}
	}

	private synchronized UploadedModule begin(String id) {
		removeExpired();
		UploadedModule module = find(id);
		module.begin(this.clock.instant());
		return module;
	}

	private synchronized void end(UploadedModule module) {
		module.end(this.clock.instant());
	}

	/**
	 * Unloads a module. Its running calls end as they would.
	 * @throws InvalidInputException if there is none with this id
	 */
	synchronized void remove(String id) {
		unload(find(id));
	}

	/** Unloads the modules that have been idle for too long. */
	@Scheduled(fixedDelay = 1, timeUnit = TimeUnit.MINUTES)
	synchronized void removeExpired() {
		Instant oldest = this.clock.instant().minus(this.settings.expireAfter());
		List.copyOf(this.modules.values())
			.stream()
			.filter((module) -> module.idle() && module.lastUse().isBefore(oldest))
			.forEach(this::unload);
	}

	private void unload(UploadedModule module) {
		this.modules.remove(module.id());
		module.sandbox().close();
	}

	private UploadedModule find(String id) {
		UploadedModule module = this.modules.get(id);
		if (module == null) {
			throw unknown(id);
		}
		return module;
	}

	private synchronized boolean isLoaded(UploadedModule module) {
		return this.modules.containsKey(module.id());
	}

	private InvalidInputException unknown(String id) {
		return new InvalidInputException(HttpStatus.NOT_FOUND, "Unknown module",
				"No uploaded module has the id '" + id + "'. It was unloaded, or expired after "
						+ this.settings.expireAfter().toMinutes() + " minutes without use; upload it again.");
	}

}
