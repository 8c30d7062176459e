package dev.wasmsandbox.sample.web;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * The client's input cannot be used. Carries the problem detail it is answered with.
 */
public class InvalidInputException extends ErrorResponseException {

	/**
	 * Creates the exception.
	 * @param status the status to answer with
	 * @param title what is wrong, without anything that differs from case to case
	 * @param detail what is wrong here, and what to do about it
	 */
	public InvalidInputException(HttpStatus status, String title, String detail) {
		super(status, problem(status, title, detail), null);
	}

	private static ProblemDetail problem(HttpStatus status, String title, String detail) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
		problem.setTitle(title);
		problem.setType(ProblemTypes.of(title));
		return problem;
	}

}
