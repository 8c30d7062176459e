package dev.wasmsandbox.actuate;

import dev.wasmsandbox.actuate.ModuleDescriptors.ModuleDetailsDescriptor;

import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * Answers 404 over HTTP where the {@link WasmEndpoint} knows no such module.
 */
@EndpointWebExtension(endpoint = WasmEndpoint.class)
public class WasmEndpointWebExtension {

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

}
