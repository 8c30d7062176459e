package dev.wasmsandbox.benchmarks.guest;

import java.nio.charset.StandardCharsets;

import com.dylibso.chicory.runtime.ExportFunction;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import dev.wasmsandbox.benchmarks.TextTools;

/**
 * The fixture {@code text} on the plain engine, by hand as its documentation shows it:
 * exports looked up once, what is allocated is freed.
 */
public final class PlainText implements TextTools {

	private final Memory memory;

	private final ExportFunction alloc;

	private final ExportFunction dealloc;

	private final ExportFunction wordCount;

	private final ExportFunction slugify;

	private PlainText(Instance instance) {
		this.memory = instance.memory();
		this.alloc = instance.export("alloc");
		this.dealloc = instance.export("dealloc");
		this.wordCount = instance.export("word_count");
		this.slugify = instance.export("slugify");
	}

	/** Looks the exports of an instance up. */
	public static PlainText of(Instance instance) {
		return new PlainText(instance);
	}

	@Override
	public int countWords(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		int address = (int) this.alloc.apply(bytes.length)[0];
		this.memory.write(address, bytes);
		int words = (int) this.wordCount.apply(address, bytes.length)[0];
		this.dealloc.apply(address, bytes.length);
		return words;
	}

	@Override
	public String slugify(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		int address = (int) this.alloc.apply(bytes.length)[0];
		this.memory.write(address, bytes);
		long packed = this.slugify.apply(address, bytes.length)[0];
		int slug = (int) (packed >>> 32);
		int length = (int) packed;
		String answer = new String(this.memory.readBytes(slug, length), StandardCharsets.UTF_8);
		this.dealloc.apply(slug, length);
		this.dealloc.apply(address, bytes.length);
		return answer;
	}

}
