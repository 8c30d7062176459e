package dev.wasmsandbox.sample.jobs;

import java.io.IOException;

import dev.wasmsandbox.sample.web.RequestContent;

import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Takes PNG files, as a form's {@code file} or as the body, and answers with PNG files.
 */
@RestController
@RequestMapping(path = "/image", produces = MediaType.IMAGE_PNG_VALUE)
class ImageController {

	private final ImageService images;

	ImageController(ImageService images) {
		this.images = images;
	}

	@PostMapping("/grayscale")
	byte[] grayscale(RequestContent png) throws IOException {
		return this.images.grayscale(png.file(this.images.limit()));
	}

	@PostMapping("/blur")
	byte[] blur(RequestContent png, @RequestParam(defaultValue = "4") int radius) throws IOException {
		return this.images.blur(png.file(this.images.limit()), radius);
	}

	@PostMapping("/resize")
	byte[] resize(RequestContent png, @RequestParam int width, @RequestParam int height) throws IOException {
		return this.images.resize(png.file(this.images.limit()), width, height);
	}

}
