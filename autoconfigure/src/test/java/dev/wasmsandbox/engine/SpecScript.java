package dev.wasmsandbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.ImportGlobal;
import com.dylibso.chicory.runtime.ImportMemory;
import com.dylibso.chicory.runtime.ImportTable;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.GlobalInstance;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Store;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.MutabilityType;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import com.dylibso.chicory.wasm.types.ValType;
import com.dylibso.chicory.wasm.types.Value;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * One file of the specification's test suite, run command by command on one engine. Goes
 * on after a failed command, so that two engines can be compared.
 */
final class SpecScript {

	/** How one command ended; without a problem it is as the suite says. */
	record Result(int line, String type, @Nullable String problem) {

		boolean assertion() {
			return this.type.startsWith("assert_");
		}

		boolean passed() {
			return this.problem == null;
		}

	}

	private final Path folder;

	private final SpecEngine engine;

	private final Store store = new Store();

	private final Map<String, Instance> named = new HashMap<>();

	private @Nullable Instance last;

	private SpecScript(Path folder, SpecEngine engine) {
		this.folder = folder;
		this.engine = engine;
		this.store.addImportValues(hostModule());
	}

	/** Runs all commands that are not about the text format, in order. */
	static List<Result> run(Path json, SpecEngine engine) {
		SpecScript script = new SpecScript(Objects.requireNonNull(json.getParent()), engine);
		List<Result> results = new ArrayList<>();
		for (JsonNode command : new ObjectMapper().readTree(json).get("commands")) {
			if (!command.path("module_type").asString("binary").equals("text")) {
				results.add(script.run(command));
			}
		}
		return results;
	}

	private ImportValues hostModule() {
		ImportValues.Builder values = ImportValues.builder();
		Map<String, List<ValType>> prints = Map.of("print", List.of(), "print_i32", List.of(ValType.I32), "print_i64",
				List.of(ValType.I64), "print_f32", List.of(ValType.F32), "print_f64", List.of(ValType.F64),
				"print_i32_f32", List.of(ValType.I32, ValType.F32), "print_f64_f64", List.of(ValType.F64, ValType.F64));
		prints.forEach((name, types) -> values.addFunction(
				new HostFunction("spectest", name, FunctionType.of(types, List.of()), (instance, arguments) -> null)));
		Map<String, Value> globals = Map.of("global_i32", Value.i32(666), "global_i64", Value.i64(666), "global_f32",
				Value.fromFloat(666.6f), "global_f64", Value.fromDouble(666.6));
		globals.forEach((name, value) -> values
			.addGlobal(new ImportGlobal("spectest", name, new GlobalInstance(value, MutabilityType.Const))));
		values.addMemory(new ImportMemory("spectest", "memory", this.engine.memory(1, 2)));
		values.addTable(new ImportTable("spectest", "table",
				new TableInstance(new Table(ValType.FuncRef, new TableLimits(10, 20)), Value.REF_NULL_VALUE)));
		return values.build();
	}

	private Result run(JsonNode command) {
		String type = command.get("type").asString();
		String problem;
		try {
			problem = execute(type, command);
		}
		catch (Throwable ex) {
			problem = "threw " + ex;
		}
		return new Result(command.get("line").asInt(), type, problem);
	}

	private @Nullable String execute(String type, JsonNode command) throws IOException {
		return switch (type) {
			case "module" -> load(command);
			case "register" -> {
				this.store.register(command.get("as").asString(), instance(command.path("name")));
				yield null;
			}
			case "action" -> {
				perform(command.get("action"));
				yield null;
			}
			case "assert_return" -> compare(command.get("expected"), perform(command.get("action")));
			case "assert_trap", "assert_exhaustion" ->
				command.has("action") ? trap(command.get("action")) : refusal(command);
			default -> refusal(command);
		};
	}

	private @Nullable String load(JsonNode command) throws IOException {
		this.last = null;
		Instance made = instantiate(command);
		this.last = made;
		if (command.has("name")) {
			this.named.put(command.get("name").asString(), made);
		}
		return null;
	}

	private Instance instantiate(JsonNode command) throws IOException {
		byte[] module = Files.readAllBytes(this.folder.resolve(command.get("filename").asString()));
		return this.engine.instantiate(module, this.store.toImportValues());
	}

	private Instance instance(JsonNode name) {
		Instance found = name.isMissingNode() ? this.last : this.named.get(name.asString());
		return Objects.requireNonNull(found, "there is no such module, because it failed");
	}

	private long @Nullable [] perform(JsonNode action) {
		Instance instance = instance(action.path("module"));
		String field = action.get("field").asString();
		if (action.get("type").asString().equals("get")) {
			return new long[] { instance.exports().global(field).getValue() };
		}
		List<Long> arguments = new ArrayList<>();
		action.get("args").forEach((argument) -> arguments.add(SpecValues.bits(argument)));
		return instance.export(field).apply(arguments.stream().mapToLong(Long::longValue).toArray());
	}

	private static @Nullable String compare(JsonNode expected, long @Nullable [] found) {
		int count = (found != null) ? found.length : 0;
		if (count != expected.size()) {
			return "returned " + count + " values, not " + expected.size();
		}
		for (int i = 0; i < count; i++) {
			if (!SpecValues.matches(expected.get(i), Objects.requireNonNull(found)[i])) {
				return "returned 0x" + Long.toHexString(found[i]) + ", not " + expected.get(i);
			}
		}
		return null;
	}

	private @Nullable String trap(JsonNode action) {
		try {
			perform(action);
			return "did not trap";
		}
		catch (Throwable ex) {
			return this.engine.isTrap(ex) ? null : "threw " + ex;
		}
	}

	private @Nullable String refusal(JsonNode command) throws IOException {
		try {
			instantiate(command);
			return "was not refused";
		}
		catch (RuntimeException | StackOverflowError ex) {
			return this.engine.isRefusal(ex) ? null : "threw " + ex;
		}
	}

}
