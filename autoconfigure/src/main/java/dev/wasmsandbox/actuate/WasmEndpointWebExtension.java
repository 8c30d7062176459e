package dev.wasmsandbox.actuate;

import dev.wasmsandbox.actuate.ModuleDescriptors.ModuleDetailsDescriptor;
import dev.wasmsandbox.error.WasmSandboxException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.util.MimeType;

/**
 * Answers over HTTP with the status that fits: 404 where the {@link WasmEndpoint} knows
 * no such module, and an {@link ActionProblem} where an action was not done.
 */
@EndpointWebExtension(endpoint = WasmEndpoint.class)
public class WasmEndpointWebExtension {

	private static final MimeType PROBLEM = MimeType.valueOf("application/problem+json");

	private final WasmEndpoint delegate;

	/**
	 * Creates the extension.
	 * @param delegate the endpoint it extends
	 */
	public WasmEndpointWebExtension(WasmEndpoint delegate) {
		this.delegate = delegate;
	}

	@ReadOperation
	public WebEndpointResponse<ModuleDetailsDescriptor> module(@Selector String module) {
		ModuleDetailsDescriptor details = this.delegate.module(module);
		return (details != null) ? new WebEndpointResponse<>(details, WebEndpointResponse.STATUS_OK)
				: new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
	}

	@WriteOperation
	public WebEndpointResponse<OperationResponseBody> act(@Selector String module, String action,
			@Nullable Integer size) {
		try {
			return new WebEndpointResponse<>(this.delegate.act(module, action, size), WebEndpointResponse.STATUS_OK);
		}
		catch (WasmSandboxException | IllegalArgumentException | IllegalStateException ex) {
			ActionProblem problem = ActionProblem.of(ex);
			return new WebEndpointResponse<>(problem, problem.status(), PROBLEM);
		}
	}

}
