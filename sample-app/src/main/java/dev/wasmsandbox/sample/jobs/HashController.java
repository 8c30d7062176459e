package dev.wasmsandbox.sample.jobs;

import java.io.IOException;

import dev.wasmsandbox.sample.web.RequestContent;

import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Takes any bytes.
 */
@RestController
@RequestMapping(path = "/hash", produces = MediaType.TEXT_PLAIN_VALUE)
class HashController {

	private final HashService hashes;

	HashController(HashService hashes) {
		this.hashes = hashes;
	}

	@PostMapping("/sha256")
	String sha256(RequestContent body) throws IOException {
		return this.hashes.sha256(body.bytes(this.hashes.limit()));
	}

	@PostMapping("/xxhash64")
	String xxhash64(RequestContent body, @RequestParam(defaultValue = "0") long seed) throws IOException {
		return this.hashes.xxhash64(body.bytes(this.hashes.limit()), seed);
	}

}
