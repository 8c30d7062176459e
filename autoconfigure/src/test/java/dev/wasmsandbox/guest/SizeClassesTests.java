package dev.wasmsandbox.guest;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SizeClassesTests {

	@Test
	void everySizeHasTheLeastClassThatHoldsIt() {
		for (int size = 0; size <= SizeClasses.LARGEST; size++) {
			int sizeClass = SizeClasses.of(size);
			assertThat(SizeClasses.bytes(sizeClass)).isGreaterThanOrEqualTo(size);
			if (sizeClass > 0) {
				assertThat(SizeClasses.bytes(sizeClass - 1)).isLessThan(size);
			}
			if (size >= 64) {
				assertThat(SizeClasses.bytes(sizeClass) - size).isLessThanOrEqualTo(SizeClasses.bytes(sizeClass) / 5);
			}
		}
	}

	@Test
	void allButTheSmallestAreAlignedAndSlabsAreUsedUp() {
		for (int sizeClass = 1; sizeClass < SizeClasses.count(); sizeClass++) {
			int bytes = SizeClasses.bytes(sizeClass);
			int slab = SizeClasses.slabBytes(sizeClass);
			assertThat(bytes % 16).isZero();
			assertThat(slab / bytes).isBetween(16, Short.MAX_VALUE - 1);
			assertThat(slab % bytes).isLessThanOrEqualTo(slab / 20);
		}
	}

}
