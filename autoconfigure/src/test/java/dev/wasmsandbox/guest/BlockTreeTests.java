package dev.wasmsandbox.guest;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BlockTreeTests {

	private static final int RANGE = 4_000;

	@Test
	void findsWhatAnOrderedMapFinds() {
		SplittableRandom random = new SplittableRandom(11);
		BlockTree tree = new BlockTree();
		TreeMap<Integer, Integer> model = new TreeMap<>();
		int hits = 0;
		for (int i = 0; i < 200_000; i++) {
			int from = 1 + random.nextInt(RANGE);
			int bytes = 1 + random.nextInt(20);
			Map.Entry<Integer, Integer> expected = model.floorEntry(from + bytes - 1);
			if (expected != null && expected.getKey() + expected.getValue() <= from) {
				expected = null;
			}
			int found = tree.overlapping(from, bytes);
			assertThat(found != 0).isEqualTo(expected != null);
			if (expected == null) {
				tree.add(from, bytes, bytes % 2 == 0);
				model.put(from, bytes);
				continue;
			}
			hits++;
			assertThat(tree.address(found)).isEqualTo(expected.getKey());
			assertThat(tree.size(found)).isEqualTo(expected.getValue());
			assertThat(tree.flag(found)).isEqualTo(expected.getValue() % 2 == 0);
			if (random.nextInt(3) == 0) {
				tree.remove(found);
				model.remove(expected.getKey());
			}
		}
		assertThat(hits).isGreaterThan(100_000);
	}

	@Test
	void manyInOrderStayShallowEnoughToFind() {
		BlockTree tree = new BlockTree();
		for (int i = 1; i <= 500_000; i++) {
			tree.add(i * 16, 16, false);
		}
		for (int i = 1; i <= 500_000; i++) {
			int found = tree.overlapping(i * 16 + 15, 1);
			assertThat(tree.address(found)).isEqualTo(i * 16);
			tree.remove(found);
		}
		assertThat(tree.overlapping(0, Integer.MAX_VALUE)).isZero();
	}

}
