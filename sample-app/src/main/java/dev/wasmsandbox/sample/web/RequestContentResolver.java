package dev.wasmsandbox.sample.web;

import java.io.IOException;
import java.util.Objects;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.multipart.MultipartHttpServletRequest;
import org.springframework.web.multipart.support.MissingServletRequestPartException;

/**
 * Resolves {@link RequestContent}. It must stand before the request parameters of a
 * method: asking for those first would make the server read the body in search of them.
 */
class RequestContentResolver implements HandlerMethodArgumentResolver {

	private static final String PART = "file";

	@Override
	public boolean supportsParameter(MethodParameter parameter) {
		return parameter.getParameterType() == RequestContent.class;
	}

	@Override
	public Object resolveArgument(MethodParameter parameter, @Nullable ModelAndViewContainer container,
			NativeWebRequest request, @Nullable WebDataBinderFactory binders)
			throws IOException, MissingServletRequestPartException {
		MultipartHttpServletRequest form = request.getNativeRequest(MultipartHttpServletRequest.class);
		if (form == null) {
			HttpServletRequest http = Objects.requireNonNull(request.getNativeRequest(HttpServletRequest.class));
			return new RequestContent("", http.getContentLengthLong(), http.getInputStream());
		}
		MultipartFile file = form.getFile(PART);
		if (file == null) {
			throw new MissingServletRequestPartException(PART);
		}
		return new RequestContent(Objects.requireNonNullElse(file.getOriginalFilename(), ""), file.getSize(),
				file.getInputStream());
	}

}
