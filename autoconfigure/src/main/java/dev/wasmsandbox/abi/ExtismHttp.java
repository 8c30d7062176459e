package dev.wasmsandbox.abi;

import java.net.URI;
import java.util.Map;

import dev.wasmsandbox.guest.HostContext;

/**
 * Sends the HTTP requests of Extism plug-ins. The library sends none itself: an
 * application that wants to offers one of these, and grants the capability
 * {@value #CAPABILITY} to the modules that may use it.
 *
 * <p>
 * It is the place to decide where requests may go: the plug-in chooses the address, and
 * redirects lead anywhere. Called by several threads at once.
 */
@FunctionalInterface
public interface ExtismHttp {

	/** What a module must be granted to send requests. */
	String CAPABILITY = "extism.http";

	/**
	 * Sends a request.
	 * @param context the plug-in that calls; {@link HostContext#remaining} is the time
	 * that is left for it
	 * @throws Exception anything; the plug-in's call ends with a
	 * {@code HostFunctionException} whose cause it is
	 */
	Response send(HostContext context, Request request) throws Exception;

	/** What the plug-in wants to send. */
	final class Request {

		private final String method;

		private final URI uri;

		private final Map<String, String> headers;

		private final byte[] body;

		Request(String method, URI uri, Map<String, String> headers, byte[] body) {
			this.method = method;
			this.uri = uri;
			this.headers = Map.copyOf(headers);
			this.body = body;
		}

		/** In capitals; {@code GET} if it said nothing. */
		public String method() {
			return this.method;
		}

		/** The address as the plug-in gave it; of any scheme. */
		public URI uri() {
			return this.uri;
		}

		/** The headers as the plug-in gave them. */
		public Map<String, String> headers() {
			return this.headers;
		}

		/** The bytes to send, none for no body; the receiver's own. */
		public byte[] body() {
			return this.body;
		}

	}

	/** What the plug-in receives. */
	final class Response {

		private final int status;

		private final Map<String, String> headers;

		private final byte[] body;

		/**
		 * An answer.
		 * @param status the status code
		 * @param headers what the plug-in is told of the headers; empty to tell it
		 * nothing
		 * @param body the bytes, which count towards what a plug-in may exchange with its
		 * host
		 */
		public Response(int status, Map<String, String> headers, byte[] body) {
			this.status = status;
			this.headers = Map.copyOf(headers);
			this.body = body;
		}

		int status() {
			return this.status;
		}

		Map<String, String> headers() {
			return this.headers;
		}

		byte[] body() {
			return this.body;
		}

	}

}
