package dev.wasmsandbox.guest;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

import dev.wasmsandbox.error.SecurityViolationException;
import dev.wasmsandbox.observe.SecurityListener.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * What one module is granted, and who is told when it wants more. Immutable and
 * thread-safe.
 *
 * @param module the module
 * @param granted the names of its capabilities
 * @param audit is told of refusals
 */
public record Capabilities(String module, Set<String> granted, Consumer<Refusal> audit) {

	public Capabilities {
		granted = Set.copyOf(granted);
	}

	/** Whether it has the capability, or none is required. */
	public boolean has(@Nullable String capability) {
		return capability == null || this.granted.contains(capability);
	}

	/**
	 * Tells the audit of a refusal.
	 * @param function what it wanted to import or call
	 * @param wanted the same in words, for the message
	 * @return what to throw
	 */
	public SecurityViolationException refuse(String function, String wanted, String required) {
		this.audit.accept(new Refusal(this.module, function, required, this.granted));
		return new SecurityViolationException(this.module, null, wanted, required, new TreeSet<>(this.granted));
	}

}
