package dev.wasmsandbox;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

import dev.wasmsandbox.client.ClientClass;
import dev.wasmsandbox.client.ClientFunction;
import dev.wasmsandbox.client.ClientMethod;
import dev.wasmsandbox.codec.Codecs;
import dev.wasmsandbox.error.ClientMismatchException;
import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.GuestText;
import dev.wasmsandbox.error.WasmSandboxException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the clients of one module. What an interface stands for is read once; what it is
 * bound to is checked each time, and all that does not fit is told at once. Thread-safe.
 */
final class TypedClients {

	/** Of all modules: an interface has one class. Nothing in it leads to a sandbox. */
	private static final ClassValue<ClassHolder> CLASSES = new ClassValue<>() {

		@Override
		protected ClassHolder computeValue(Class<?> type) {
			return new ClassHolder();
		}

	};

	private final String moduleName;

	private final CallForms forms;

	private final ClassValue<ClientInterface> interfaces;

	TypedClients(String moduleName, Codecs codecs, String codec) {
		this.moduleName = moduleName;
		this.forms = new CallForms(moduleName, codecs, codec);
		this.interfaces = new ClassValue<>() {

			@Override
			protected ClientInterface computeValue(Class<?> type) {
				return new ClientInterface(type, codecs, codec);
			}

		};
	}

	/** How calls by name pass what clients pass by the same codec. */
	CallForms forms() {
		return this.forms;
	}

	/**
	 * A client.
	 * @param functions the names of those that there are
	 * @param target what it calls, for its {@code toString}
	 * @throws ClientMismatchException if methods cannot be bound, with all of them and
	 * why
	 * @throws IllegalArgumentException if no class can implement the type
	 */
	<T> T make(Class<T> type, ClientBinder binder, Collection<String> functions, String target) {
		ClientInterface wanted = this.interfaces.get(Objects.requireNonNull(type, "client"));
		List<String> problems = new ArrayList<>(wanted.problems());
		List<ClientMethod> methods = wanted.methods();
		ClientFunction[] bound = new ClientFunction[methods.size()];
		for (int i = 0; i < bound.length; i++) {
			try {
				bound[i] = binder.bind(methods.get(i));
			}
			catch (GuestAbiException ex) {
				problems.add(methods.get(i) + ": " + bare(ex) + suggestion(methods.get(i), functions));
			}
		}
		if (!problems.isEmpty()) {
			throw new ClientMismatchException(this.moduleName, type.getName(), problems);
		}
		ClientClass made = CLASSES.get(type).get(type, methods);
		return type.cast(made.newInstance(bound, type.getName() + " of " + target));
	}

	/** A message without the module and function it begins with. */
	private String bare(WasmSandboxException ex) {
		String message = String.valueOf(ex.getMessage());
		String where = "Module '" + this.moduleName + "', function '"
				+ GuestText.name(String.valueOf(ex.functionName())) + "': ";
		return message.startsWith(where) ? message.substring(where.length()) : message;
	}

	private static String suggestion(ClientMethod method, Collection<String> functions) {
		if (functions.contains(method.function())) {
			return "";
		}
		String wanted = plain(method.function());
		return functions.stream()
			.filter((name) -> plain(name).equals(wanted))
			.findFirst()
			.map((name) -> "; did you mean @WasmExport(\"" + GuestText.name(name) + "\")?")
			.orElse("");
	}

	/** A name without what spellings differ in: countWords, count_words, count-words. */
	private static String plain(String name) {
		return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
	}

	/** The class of an interface, made when the first client is. */
	private static final class ClassHolder {

		private volatile @Nullable ClientClass made;

		ClientClass get(Class<?> type, List<ClientMethod> methods) {
			ClientClass found = this.made;
			if (found == null) {
				synchronized (this) {
					found = this.made;
					if (found == null) {
						found = ClientClass.generate(type, methods);
						this.made = found;
					}
				}
			}
			return found;
		}

	}

}
