package dev.wasmsandbox.error;

import org.jspecify.annotations.Nullable;

/**
 * The guest ended its call in good order and said that it failed, in the way of its
 * convention. That is no trap: in a session, further calls can be made.
 */
public class GuestErrorException extends WasmSandboxException {

	/** How much of the guest's text goes into the message. */
	private static final int SHOWN = 500;

	private final String guestMessage;

	private final int code;

	/**
	 * A failure that a guest reported.
	 * @param guestMessage what it said, whole and as it said it; empty for nothing
	 * @param code the number it returned
	 */
	public GuestErrorException(@Nullable String moduleName, @Nullable String functionName, String guestMessage,
			int code) {
		super(moduleName, functionName,
				guestMessage.isEmpty() ? "the guest reported failure " + code + " without a text"
						: "the guest reported a failure: " + GuestText.excerpt(guestMessage, SHOWN));
		this.guestMessage = guestMessage;
		this.code = code;
	}

	/**
	 * What the guest said, whole and as it said it; empty if it said nothing. It is not
	 * made safe for logs, as the excerpt in {@link #getMessage} is.
	 */
	public String guestMessage() {
		return this.guestMessage;
	}

	/** The number the guest returned. */
	public int code() {
		return this.code;
	}

}
