package dev.wasmsandbox.sample.uploads;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;

import dev.wasmsandbox.WasmFunction;
import dev.wasmsandbox.sample.web.InvalidInputException;
import dev.wasmsandbox.sample.web.RequestContent;
import org.jspecify.annotations.Nullable;

import org.springframework.context.annotation.Profile;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * Takes modules from strangers and calls them.
 */
@RestController
@Profile("demo")
@RequestMapping("/modules")
class ModulesController {

	private static final int LONGEST_NAME = 100;

	private final UploadedModules modules;

	private final UploadSettings settings;

	ModulesController(UploadedModules modules, UploadSettings settings) {
		this.modules = modules;
		this.settings = settings;
	}

	@PostMapping
	ResponseEntity<ModuleView> upload(RequestContent file) throws IOException {
		byte[] bytes = file.file(this.settings.moduleSize().toBytes());
		UploadedModule module = this.modules.add(displayName(file.fileName()), bytes);
		return ResponseEntity.created(URI.create("/modules/" + module.id())).body(ModuleView.of(module));
	}

	private static String displayName(String fileName) {
		String name = fileName.substring(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1)
			.replaceAll("\\p{Cntrl}", "");
		if (name.isBlank()) {
			return "module.wasm";
		}
		return (name.length() > LONGEST_NAME) ? name.substring(0, LONGEST_NAME) : name;
	}

	@GetMapping
	List<ModuleView> list() {
		return this.modules.all().stream().map(ModuleView::of).toList();
	}

	@GetMapping("/{id}")
	ModuleView show(@PathVariable String id) {
		return this.modules.use(id, ModuleView::of);
	}

	@PostMapping("/{id}/call")
	CallResult call(@PathVariable String id, @RequestBody CallRequest request) {
		String function = request.function();
		if (function == null) {
			throw new InvalidInputException(HttpStatus.BAD_REQUEST, "No function named",
					"The body needs a \"function\", one of the exports that GET /modules/" + id + " lists.");
		}
		List<@Nullable Object> arguments = Objects.requireNonNullElse(request.arguments(), List.of());
		return this.modules.use(id, (module) -> call(module.sandbox().export(function), arguments));
	}

	private static CallResult call(WasmFunction function, List<@Nullable Object> given) {
		Object[] arguments = Values.arguments(function.name(), function.signature(), given);
		long start = System.nanoTime();
		Object[] results = function.call(Object[].class, arguments);
		long nanos = System.nanoTime() - start;
		return new CallResult(Values.results(results),
				function.signature().results().stream().map(Object::toString).toList(), nanos);
	}

	@DeleteMapping("/{id}")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void remove(@PathVariable String id) {
		this.modules.remove(id);
	}

}
