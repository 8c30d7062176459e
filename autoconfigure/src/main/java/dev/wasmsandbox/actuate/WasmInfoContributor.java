package dev.wasmsandbox.actuate;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.wasmsandbox.ModuleInfo;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.compile.CodeTier;
import dev.wasmsandbox.engine.EngineVersion;

import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

/**
 * Which modules are loaded, in which version, and what runs them. It tells neither where
 * they come from nor what they are granted or given. Thread-safe.
 */
public final class WasmInfoContributor implements InfoContributor {

	private final WasmSandboxes sandboxes;

	/**
	 * Creates a contributor.
	 * @param sandboxes whose modules it tells of
	 */
	public WasmInfoContributor(WasmSandboxes sandboxes) {
		this.sandboxes = sandboxes;
	}

	@Override
	public void contribute(Info.Builder builder) {
		Map<String, ModuleVersionInfo> modules = new LinkedHashMap<>();
		for (String name : this.sandboxes.names()) {
			this.sandboxes.find(name).ifPresent((module) -> modules.put(name, ModuleVersionInfo.of(module.info())));
		}
		builder.withDetail("wasm", new WasmInfo(EngineVersion.current(), modules));
	}

	/**
	 * What is told.
	 *
	 * @param engine what runs the modules
	 * @param modules the loaded modules by name
	 */
	public record WasmInfo(EngineVersion engine, Map<String, ModuleVersionInfo> modules) {
	}

	/**
	 * The version of a module that is in service.
	 *
	 * @param digest the SHA-256 of its binary in hexadecimal digits
	 * @param reloads how many versions there were before it
	 * @param loadedAt since when it is in service
	 * @param abi the convention by which it is passed what is no number
	 * @param tier how its code runs
	 */
	public record ModuleVersionInfo(String digest, int reloads, Instant loadedAt, String abi, CodeTier tier) {

		static ModuleVersionInfo of(ModuleInfo info) {
			return new ModuleVersionInfo(info.digest(), info.reloads(), info.loadedAt(), info.abi(), info.tier());
		}

	}

}
