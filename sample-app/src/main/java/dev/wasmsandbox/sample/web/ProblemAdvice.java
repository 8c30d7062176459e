package dev.wasmsandbox.sample.web;

import java.util.List;

import dev.wasmsandbox.error.GuestAbiException;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import dev.wasmsandbox.error.SandboxBusyException;
import dev.wasmsandbox.error.SandboxInterruptedException;
import dev.wasmsandbox.error.SandboxLimitException;
import dev.wasmsandbox.error.SandboxTimeoutException;
import dev.wasmsandbox.error.SandboxTrapException;
import dev.wasmsandbox.error.SecurityViolationException;
import dev.wasmsandbox.error.UnknownModuleException;
import dev.wasmsandbox.error.WasmSandboxException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.multipart.MultipartException;
import org.springframework.web.multipart.support.MissingServletRequestPartException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/**
 * Answers every failure with a problem detail (RFC 9457) that says what to do.
 */
@RestControllerAdvice
class ProblemAdvice extends ResponseEntityExceptionHandler {

	private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);

	private static final String RETRY_SECONDS = "1";

	@ExceptionHandler
	ResponseEntity<ProblemDetail> onSandbox(WasmSandboxException ex) {
		return switch (ex) {
			case ModuleRejectedException rejected -> onRejected(rejected);
			case SandboxTrapException trap -> onTrap("The module trapped", trap, trap);
			case SandboxTimeoutException timeout -> onTimeout(timeout);
			case SandboxLimitException limit -> onLimit(limit);
			case GuestAbiException abi -> answer(problem(HttpStatus.BAD_REQUEST, "Call does not fit the module", abi));
			case UnknownModuleException unknown -> answer(problem(HttpStatus.NOT_FOUND, "Unknown module", unknown));
			case SecurityViolationException violation ->
				answer(problem(HttpStatus.UNPROCESSABLE_CONTENT, "The module is not allowed to do that", violation));
			case SandboxBusyException busy -> retryLater("All sandboxes are in use", busy);
			case SandboxInterruptedException interrupted -> retryLater("The call was interrupted", interrupted);
			default -> onUnexpected(ex);
		};
	}

	private static ResponseEntity<ProblemDetail> onRejected(ModuleRejectedException ex) {
		if (ex.getCause() instanceof SandboxTrapException trap) {
			return onTrap("The module trapped while it started", ex, trap);
		}
		ProblemDetail problem = problem(HttpStatus.UNPROCESSABLE_CONTENT, switch (ex.reason()) {
			case UNREADABLE -> "The module cannot be read";
			case MALFORMED -> "Not a valid WebAssembly module";
			case UNSUPPORTED -> "The module uses what is not supported";
			case OVER_LIMIT -> "The module is over a limit";
			case UNRESOLVED_IMPORTS -> "The module imports what is not supplied";
			case INSTANTIATION_FAILED -> "The module cannot be instantiated";
			case INCOMPATIBLE_EXPORTS -> "The module lacks what the version in service exports";
			case UNFIT_FOR_ABI -> "The module does not follow the convention it is to follow";
		}, ex);
		if (ex.reason() == Reason.MALFORMED) {
			problem.setDetail(problem.getDetail() + " Send the whole binary file (.wasm), as the compiler wrote it.");
		}
		problem.setProperty("reason", ex.reason());
		return answer(problem);
	}

	private static ResponseEntity<ProblemDetail> onTrap(String title, WasmSandboxException ex,
			SandboxTrapException trap) {
		ProblemDetail problem = problem(HttpStatus.UNPROCESSABLE_CONTENT, title, ex);
		problem.setDetail(sentence(ex) + " Check the arguments, or mend the module; later calls are not affected.");
		problem.setProperty("trap", trap.kind());
		return answer(problem);
	}

	private static ResponseEntity<ProblemDetail> onTimeout(SandboxTimeoutException ex) {
		ProblemDetail problem = problem(HttpStatus.GATEWAY_TIMEOUT, "The module ran out of time", ex);
		problem.setProperty("timeoutMillis", ex.timeout().toMillis());
		return answer(problem);
	}

	private static ResponseEntity<ProblemDetail> onLimit(SandboxLimitException ex) {
		ProblemDetail problem = problem(HttpStatus.UNPROCESSABLE_CONTENT, "The module reached a limit", ex);
		problem.setProperty("limit", ex.limit());
		problem.setProperty("value", ex.value());
		problem.setProperty("requested", ex.requested());
		return answer(problem);
	}

	private static ResponseEntity<ProblemDetail> retryLater(String title, WasmSandboxException ex) {
		ProblemDetail problem = problem(HttpStatus.SERVICE_UNAVAILABLE, title, ex);
		return ResponseEntity.status(problem.getStatus()).header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS).body(problem);
	}

	@ExceptionHandler(MultipartException.class)
	ResponseEntity<ProblemDetail> onBrokenForm(MultipartException ex) {
		return answer(problem(HttpStatus.BAD_REQUEST, "The form cannot be read",
				"The multipart/form-data body is malformed or incomplete. Send it again, with the file as its part 'file'."));
	}

	@ExceptionHandler
	ResponseEntity<ProblemDetail> onUnexpected(RuntimeException ex) {
		log.error("A request failed", ex);
		return answer(problem(HttpStatus.INTERNAL_SERVER_ERROR, "Unexpected failure",
				"The server failed in a way it does not know. Look for 'A request failed' in its log."));
	}

	private static ResponseEntity<ProblemDetail> answer(ProblemDetail problem) {
		return ResponseEntity.status(problem.getStatus()).body(problem);
	}

	private static ProblemDetail problem(HttpStatus status, String title, WasmSandboxException ex) {
		ProblemDetail problem = problem(status, title, sentence(ex));
		problem.setProperty("module", ex.moduleName());
		problem.setProperty("function", ex.functionName());
		return problem;
	}

	private static ProblemDetail problem(HttpStatus status, String title, String detail) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
		problem.setTitle(title);
		problem.setType(ProblemTypes.of(title));
		return problem;
	}

	private static String sentence(WasmSandboxException ex) {
		String message = String.valueOf(ex.getMessage());
		return message.endsWith(".") ? message : message + ".";
	}

	/**
	 * Adds what to do to the problems that Spring MVC itself found.
	 */
	@Override
	protected @Nullable ResponseEntity<Object> handleExceptionInternal(Exception ex, @Nullable Object body,
			HttpHeaders headers, HttpStatusCode status, WebRequest request) {
		Object answered = (body == null && ex instanceof ErrorResponse response) ? response.getBody() : body;
		String detail = detail(ex);
		if (detail != null && answered instanceof ProblemDetail problem) {
			problem.setDetail(detail);
		}
		return super.handleExceptionInternal(ex, answered, headers, status, request);
	}

	private static @Nullable String detail(Exception ex) {
		return switch (ex) {
			case MissingServletRequestPartException part -> "The form has no file named '" + part.getRequestPartName()
					+ "'. Send the file as that part of a multipart/form-data body.";
			case MissingServletRequestParameterException parameter -> "The parameter '" + parameter.getParameterName()
					+ "' (" + parameter.getParameterType() + ") is missing. Add it to the URL.";
			case MethodArgumentTypeMismatchException argument -> "The parameter '" + argument.getName() + "' must be "
					+ typeName(argument) + ", but is '" + argument.getValue() + "'.";
			case HttpMessageNotReadableException unreadable ->
				"The body is not the JSON that is expected here. Send for "
						+ "example {\"function\": \"add\", \"arguments\": [1, 2]}.";
			case MaxUploadSizeExceededException size ->
				"The upload is larger than spring.servlet.multipart.max-file-size allows. Send a smaller file.";
			case HttpMediaTypeNotSupportedException media -> "The content type " + media.getContentType()
					+ " is not taken here. Send one of " + media.getSupportedMediaTypes() + ".";
			case HttpRequestMethodNotSupportedException method ->
				"The method " + method.getMethod() + " is not taken here. Use one of "
						+ List.of((method.getSupportedMethods() != null) ? method.getSupportedMethods() : new String[0])
						+ ".";
			case NoResourceFoundException resource ->
				"There is nothing at /" + resource.getResourcePath() + ". The page at / shows what there is.";
			default -> null;
		};
	}

	private static String typeName(TypeMismatchException ex) {
		Class<?> type = ex.getRequiredType();
		if (type == int.class) {
			return "a whole number between -2147483648 and 2147483647";
		}
		return (type == long.class) ? "a whole number of 64 bits" : "of another type";
	}

}
