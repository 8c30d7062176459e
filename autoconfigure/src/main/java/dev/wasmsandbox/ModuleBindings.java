package dev.wasmsandbox;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import dev.wasmsandbox.engine.HostBinding;
import dev.wasmsandbox.engine.SandboxFactory;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.error.SecurityViolationException;
import dev.wasmsandbox.guest.Capabilities;
import dev.wasmsandbox.guest.HostFunction;
import dev.wasmsandbox.observe.SecurityListener.Refusal;
import dev.wasmsandbox.screen.ModuleImport;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.wasi.WasiHost;
import org.jspecify.annotations.Nullable;

/**
 * What of the host one module may import: its own functions, those of the registry, those
 * of the convention it follows, and WASI if that is enabled; the first of a name counts.
 * Nothing is bound that was not granted.
 */
final class ModuleBindings {

	private final ModuleDefinition definition;

	private final Capabilities capabilities;

	private final Map<String, HostFunction> functions = new LinkedHashMap<>();

	ModuleBindings(ModuleDefinition definition, List<HostFunction> shared, List<HostFunction> ofAbi,
			Consumer<Refusal> audit) {
		this.definition = definition;
		this.capabilities = new Capabilities(definition.name(), definition.capabilities(), audit);
		for (List<HostFunction> offered : List.of(definition.hostFunctions(), shared, ofAbi)) {
			offered.forEach((function) -> this.functions.putIfAbsent(name(function), function));
		}
	}

	private static String name(HostFunction function) {
		return function.module() + "." + function.name();
	}

	/**
	 * The bindings, checked against what the module imports.
	 * @throws ModuleRejectedException naming all imports that cannot be bound
	 * @throws SecurityViolationException naming an import that requires a capability the
	 * module was not granted
	 */
	List<HostBinding> checked(ModuleReport report) {
		List<HostBinding> bindings = new ArrayList<>();
		this.functions.values().forEach((function) -> bindings.add(function.binding(this.capabilities)));
		if (this.definition.wasi() != null) {
			WasiHost.check(this.definition.name(), this.definition.wasi());
			WasiHost.bindings(this.definition.wasi())
				.stream()
				.filter((binding) -> !this.functions.containsKey(binding.module() + "." + binding.name()))
				.forEach(bindings::add);
		}
		for (ModuleImport item : report.importedFunctions()) {
			check(item, this.functions.get(item.module() + "." + item.name()));
		}
		SandboxFactory.requireImports(this.definition.name(), report, bindings, this.definition.globals());
		return bindings;
	}

	private void check(ModuleImport item, @Nullable HostFunction function) {
		String name = item.qualifiedName();
		if (function == null) {
			if (this.definition.wasi() == null && item.module().equals(WasiHost.MODULE)) {
				this.capabilities.audit()
					.accept(new Refusal(this.definition.name(), name, "wasi", this.capabilities.granted()));
			}
			return;
		}
		String required = function.capability();
		if (required != null && !this.capabilities.has(required)) {
			throw this.capabilities.refuse(name, "it imports " + name, required);
		}
		if (function.origin() != null && !function.signature().equals(item.signature())) {
			throw new ModuleRejectedException(this.definition.name(), null, Reason.UNRESOLVED_IMPORTS, "it imports "
					+ item + ", but " + function.origin() + " is " + function.signature() + "; make them equal", null);
		}
	}

}
