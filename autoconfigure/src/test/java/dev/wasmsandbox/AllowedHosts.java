package dev.wasmsandbox;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import dev.wasmsandbox.abi.ExtismHttp;
import dev.wasmsandbox.guest.HostContext;

/** The sender of requests that docs/plugins.md shows, word for word. */
class AllowedHosts implements ExtismHttp {

	private static final int LARGEST_ANSWER = 1 << 20;

	private final HttpClient client = HttpClient.newBuilder()
		.followRedirects(Redirect.NEVER)
		.connectTimeout(Duration.ofSeconds(2))
		.build();

	private final Set<String> origins;

	AllowedHosts(Set<String> origins) {
		this.origins = Set.copyOf(origins);
	}

	@Override
	public Response send(HostContext context, Request request) throws Exception {
		URI uri = request.uri();
		if (!this.origins.contains(uri.getScheme() + "://" + uri.getRawAuthority())) {
			throw new IllegalArgumentException("not allowed: " + uri);
		}
		HttpRequest.Builder sent = HttpRequest.newBuilder(uri)
			.timeout(context.remaining())
			.method(request.method(), BodyPublishers.ofByteArray(request.body()));
		request.headers().forEach(sent::header);
		HttpResponse<byte[]> answer = this.client.send(sent.build(),
				BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST_ANSWER));
		Map<String, String> headers = new HashMap<>();
		answer.headers().map().forEach((name, values) -> headers.put(name, String.join(", ", values)));
		return new Response(answer.statusCode(), headers, answer.body());
	}

}
