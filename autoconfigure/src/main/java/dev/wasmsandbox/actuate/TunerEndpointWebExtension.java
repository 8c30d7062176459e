package dev.wasmsandbox.actuate;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.util.MimeType;

/**
 * Answers over HTTP with an {@link ActionProblem} where the {@link TunerEndpoint} did not
 * do what was asked.
 */
@EndpointWebExtension(endpoint = TunerEndpoint.class)
public class TunerEndpointWebExtension {

	private static final MimeType PROBLEM = MimeType.valueOf("application/problem+json");

	private final TunerEndpoint delegate;

	/**
	 * Creates the extension.
	 * @param delegate the endpoint it extends
	 */
	public TunerEndpointWebExtension(TunerEndpoint delegate) {
		this.delegate = delegate;
	}

	@WriteOperation
	public WebEndpointResponse<OperationResponseBody> act(String action, @Nullable String parameter,
			@Nullable String value) {
		try {
			return new WebEndpointResponse<>(this.delegate.act(action, parameter, value),
					WebEndpointResponse.STATUS_OK);
		}
		catch (IllegalArgumentException ex) {
			ActionProblem problem = ActionProblem.of(ex);
			return new WebEndpointResponse<>(problem, problem.status(), PROBLEM);
		}
	}

}
