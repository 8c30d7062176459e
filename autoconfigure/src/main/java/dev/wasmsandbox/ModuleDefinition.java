package dev.wasmsandbox;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

import dev.wasmsandbox.abi.AbiChoice;
import dev.wasmsandbox.abi.ExtismSettings;
import dev.wasmsandbox.error.GuestText;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.limits.PoolSettings;
import dev.wasmsandbox.limits.SandboxLimits;
import dev.wasmsandbox.limits.SnapshotPoint;
import dev.wasmsandbox.module.ModuleSource;
import dev.wasmsandbox.wasi.WasiSettings;
import org.jspecify.annotations.Nullable;

/**
 * What it takes to load a module. Immutable.
 *
 * @param name its name: letters, digits, dots, dashes and underscores
 * @param source where its bytes come from
 * @param limits what one sandbox may use
 * @param pool the bounds of its pool
 * @param hostFunctions functions for its imports, before those of the registry; more than
 * it imports is fine
 * @param snapshot when the state is taken that sandboxes start with
 * @param warmUp calls to make before, for {@link SnapshotPoint#AFTER_WARM_UP}
 * @param globals what imported globals begin with in each sandbox, by
 * {@code module.name}; those not named begin with zero
 * @param capabilities what it is granted of what host functions require
 * @param wasi what WASI grants it; {@code null} if it may not import WASI at all
 * @param abi by which convention it is passed what is no number
 * @param extism what it is given if it is an Extism plug-in
 * @param codec what passes values of types that no convention knows, by its name;
 * {@code null} for JSON
 */
public record ModuleDefinition(String name, ModuleSource source, SandboxLimits limits, PoolSettings pool,
		List<HostFunction> hostFunctions, SnapshotPoint snapshot, List<WarmUpCall> warmUp, Map<String, Number> globals,
		Set<String> capabilities, @Nullable WasiSettings wasi, AbiChoice abi, ExtismSettings extism,
		@Nullable String codec) {

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

	public ModuleDefinition {
		Objects.requireNonNull(source, "source");
		Objects.requireNonNull(limits, "limits");
		Objects.requireNonNull(pool, "pool");
		if (!NAME.matcher(Objects.requireNonNull(name, "name")).matches()) {
			throw new IllegalArgumentException("A module's name has 1 to 100 letters, digits, dots, dashes and "
					+ "underscores and begins with a letter or digit, but is '" + GuestText.name(name) + "'");
		}
		hostFunctions = List.copyOf(hostFunctions);
		warmUp = List.copyOf(warmUp);
		globals = Map.copyOf(globals);
		capabilities = Set.copyOf(capabilities);
		if (capabilities.stream().anyMatch(String::isBlank)) {
			throw new IllegalArgumentException(
					"A capability needs a name, but one that is granted to module '" + name + "' is blank");
		}
		if (warmUp.isEmpty() == (snapshot == SnapshotPoint.AFTER_WARM_UP)) {
			throw new IllegalArgumentException("snapshot=after-warm-up and warm-up calls need each other, but module '"
					+ name + "' has snapshot=" + snapshot + " and " + warmUp.size() + " warm-up calls");
		}
	}

	/** The same with its bytes from elsewhere. */
	public ModuleDefinition withSource(ModuleSource from) {
		return new ModuleDefinition(this.name, from, this.limits, this.pool, this.hostFunctions, this.snapshot,
				this.warmUp, this.globals, this.capabilities, this.wasi, this.abi, this.extism, this.codec);
	}

	/** Begins a definition with the default limits. */
	public static Builder named(String name) {
		return new Builder(name);
	}

	/** Collects what a definition needs. Not thread-safe. */
	public static final class Builder {

		private final String name;

		private @Nullable ModuleSource source;

		private SandboxLimits limits = SandboxLimits.defaults();

		private PoolSettings pool = PoolSettings.defaults();

		private final List<HostFunction> hostFunctions = new ArrayList<>();

		private SnapshotPoint snapshot = SnapshotPoint.NONE;

		private final List<WarmUpCall> warmUp = new ArrayList<>();

		private final Map<String, Number> globals = new HashMap<>();

		private final Set<String> capabilities = new LinkedHashSet<>();

		private @Nullable WasiSettings wasi;

		private AbiChoice abi = AbiChoice.auto();

		private ExtismSettings extism = ExtismSettings.none();

		private @Nullable String codec;

		private Builder(String name) {
			this.name = name;
		}

		/** The name it was begun with. */
		public String name() {
			return this.name;
		}

		/** The limits as set so far. */
		public SandboxLimits limits() {
			return this.limits;
		}

		/** The pool's bounds as set so far. */
		public PoolSettings pool() {
			return this.pool;
		}

		public Builder source(ModuleSource from) {
			this.source = from;
			return this;
		}

		public Builder limits(SandboxLimits limits) {
			this.limits = limits;
			return this;
		}

		public Builder pool(PoolSettings pool) {
			this.pool = pool;
			return this;
		}

		public Builder hostFunction(HostFunction function) {
			this.hostFunctions.add(function);
			return this;
		}

		public Builder snapshot(SnapshotPoint point) {
			this.snapshot = point;
			return this;
		}

		/**
		 * A call to make before the snapshot; calls are made in the order they are added.
		 */
		public Builder warmUp(WarmUpCall call) {
			this.warmUp.add(call);
			return this;
		}

		/** Grants what host functions require. */
		public Builder capabilities(Collection<String> names) {
			this.capabilities.addAll(names);
			return this;
		}

		/** Lets it import WASI preview 1, and grants what the settings say. */
		public Builder wasi(WasiSettings settings) {
			this.wasi = settings;
			return this;
		}

		/**
		 * By which convention it is passed what is no number; the one it is recognised by
		 * if nothing is said.
		 */
		public Builder abi(AbiChoice choice) {
			this.abi = choice;
			return this;
		}

		/** What it is given if it is an Extism plug-in. */
		public Builder extism(ExtismSettings settings) {
			this.extism = settings;
			return this;
		}

		/** The codec for values of types that no convention knows, by its name. */
		public Builder codec(String codecName) {
			this.codec = codecName;
			return this;
		}

		/**
		 * What an imported global begins with in each sandbox. The module is refused if
		 * it does not import it, or the value is not of its type.
		 */
		public Builder global(String module, String name, Number value) {
			return global(module + "." + name, value);
		}

		/** As above, for a name with its module before it, as in {@code env.x}. */
		public Builder global(String qualifiedName, Number value) {
			this.globals.put(qualifiedName, value);
			return this;
		}

		/**
		 * Makes the definition.
		 * @throws NullPointerException if no source was set
		 */
		public ModuleDefinition build() {
			ModuleSource from = Objects.requireNonNull(this.source, "A module needs a source");
			return new ModuleDefinition(this.name, from, this.limits, this.pool, this.hostFunctions, this.snapshot,
					this.warmUp, this.globals, this.capabilities, this.wasi, this.abi, this.extism, this.codec);
		}

	}

}
