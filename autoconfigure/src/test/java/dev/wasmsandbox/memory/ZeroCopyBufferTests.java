package dev.wasmsandbox.memory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class ZeroCopyBufferTests {

	private static final byte[] TEXT = "zero copies".getBytes(StandardCharsets.UTF_8);

	@Test
	void holdsACopyOfWhatItWasMadeFrom(@TempDir Path folder) throws IOException {
		Path file = Files.write(folder.resolve("text"), TEXT);
		try (ZeroCopyBuffer array = ZeroCopyBuffer.copyOf(TEXT);
				ZeroCopyBuffer segment = ZeroCopyBuffer.copyOf(MemorySegment.ofArray(TEXT).asSlice(5));
				ZeroCopyBuffer read = ZeroCopyBuffer.read(file)) {
			assertThat(array.view().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(TEXT);
			assertThat(segment.view().toArray(ValueLayout.JAVA_BYTE)).asString().isEqualTo("copies");
			Files.write(file, new byte[0]);
			assertThat(read.view().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(TEXT);
		}
	}

	@Test
	void filesThatCannotBeReadLeaveNoBuffer(@TempDir Path folder) {
		long mappings = MappingBudget.inUse();
		assertThatExceptionOfType(NoSuchFileException.class)
			.isThrownBy(() -> ZeroCopyBuffer.read(folder.resolve("none")));
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> ZeroCopyBuffer.read(folder));
		assertThat(MappingBudget.inUse()).isEqualTo(mappings);
	}

	@ParameterizedTest
	@EnumSource
	void sizesAreRoundedUpToPages(MemoryBackend backend) {
		for (long bytes : new long[] { 0, 1, 4_095, 4_096, 4_097, 10_000_000 }) {
			try (ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(backend, bytes)) {
				assertThat(buffer.size()).isEqualTo(bytes);
				assertThat(buffer.mappedSize()).isEqualTo(Math.max(1, (bytes + 4_095) / 4_096) * 4_096);
				assertThat(buffer.view().byteSize()).isEqualTo(bytes);
				assertThat(buffer.view().mismatch(MemorySegment.ofArray(new byte[(int) bytes]))).isEqualTo(-1);
			}
		}
		for (long bytes : new long[] { -1, Long.MIN_VALUE, (1L << 32) + 1, Long.MAX_VALUE }) {
			assertThatIllegalArgumentException().isThrownBy(() -> ZeroCopyBuffer.allocate(backend, bytes));
		}
	}

	@ParameterizedTest
	@EnumSource
	void viewsAreBounded(MemoryBackend backend) {
		try (ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(backend, 100)) {
			MemorySegment part = buffer.view(10, 20);
			part.set(ValueLayout.JAVA_BYTE, 0, (byte) 7);
			assertThat(buffer.readOnlyView().get(ValueLayout.JAVA_BYTE, 10)).isEqualTo((byte) 7);
			assertThatExceptionOfType(IndexOutOfBoundsException.class)
				.isThrownBy(() -> part.get(ValueLayout.JAVA_BYTE, 20));
			assertThatExceptionOfType(IndexOutOfBoundsException.class)
				.isThrownBy(() -> buffer.view().get(ValueLayout.JAVA_BYTE, 100));
			for (long[] range : List.of(new long[] { 0, 101 }, new long[] { -1, 1 }, new long[] { 101, 0 },
					new long[] { 1, -1 }, new long[] { Long.MAX_VALUE, 2 })) {
				assertThatExceptionOfType(IndexOutOfBoundsException.class)
					.isThrownBy(() -> buffer.view(range[0], range[1]));
			}
			assertThatIllegalArgumentException()
				.isThrownBy(() -> buffer.readOnlyView(0, 1).set(ValueLayout.JAVA_BYTE, 0, (byte) 1));
		}
	}

	@ParameterizedTest
	@EnumSource
	void viewsDieWithTheBufferOnAllThreads(MemoryBackend backend) {
		ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(backend, 100);
		MemorySegment view = buffer.view();
		CompletableFuture.runAsync(() -> view.set(ValueLayout.JAVA_BYTE, 0, (byte) 7)).join();
		assertThat(view.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
		buffer.close();
		buffer.close();
		assertThatIllegalStateException().isThrownBy(() -> view.get(ValueLayout.JAVA_BYTE, 0));
		assertThatIllegalStateException().isThrownBy(buffer::view);
		assertThat(CompletableFuture.supplyAsync(() -> view.get(ValueLayout.JAVA_BYTE, 0)).handle((value, ex) -> ex))
			.succeedsWithin(java.time.Duration.ofMinutes(1))
			.extracting(Throwable::getCause)
			.isInstanceOf(IllegalStateException.class);
	}

	/** Closing waits for nobody and tears nothing from under a copy. */
	@Test
	void closingDuringCopiesOfAnotherThreadIsSafe() {
		MemorySegment target = MemorySegment.ofArray(new byte[1 << 20]);
		for (int i = 0; i < 50; i++) {
			ZeroCopyBuffer buffer = ZeroCopyBuffer.allocate(target.byteSize());
			MemorySegment view = buffer.view();
			CompletableFuture<Void> started = new CompletableFuture<>();
			CompletableFuture<Void> copies = CompletableFuture.runAsync(() -> {
				while (view.scope().isAlive()) {
					target.copyFrom(view);
					started.complete(null);
				}
			});
			CompletableFuture.anyOf(started, copies).join();
			buffer.close();
			assertThat(
					copies.handle((done, ex) -> (ex == null) || ex.getCause() instanceof IllegalStateException).join())
				.isTrue();
		}
	}

}
