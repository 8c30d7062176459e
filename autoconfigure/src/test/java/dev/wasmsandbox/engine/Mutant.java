package dev.wasmsandbox.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A module with damage done to it. The same seed does the same damage to the same module.
 */
final class Mutant {

	private static final byte[] NASTY = { 0, 1, 0x0b, 0x40, 0x60, 0x7f, (byte) 0x80, (byte) 0xfc, (byte) 0xff };

	private Mutant() {
	}

	/**
	 * One mutant of one of the modules.
	 * @param seed says of which, and what is done to it
	 */
	static byte[] of(List<byte[]> modules, long seed) {
		Random random = new Random(seed);
		byte[] bytes = modules.get(random.nextInt(modules.size())).clone();
		int changes = random.nextBoolean() ? 1 : 1 + random.nextInt(4);
		for (int i = 0; i < changes && bytes.length > 0; i++) {
			bytes = change(bytes, modules, random);
		}
		return bytes;
	}

	private static byte[] change(byte[] bytes, List<byte[]> modules, Random random) {
		int at = random.nextInt(bytes.length);
		int length = Math.min(1 + random.nextInt(16), bytes.length - at);
		return switch (random.nextInt(10)) {
			case 0 -> Arrays.copyOf(bytes, at);
			case 1, 2 -> set(bytes, at, (byte) (bytes[at] ^ (1 << random.nextInt(8))));
			case 3, 4 -> set(bytes, at, NASTY[random.nextInt(NASTY.length)]);
			case 5 -> set(bytes, at, (byte) (bytes[at] + (random.nextBoolean() ? 1 : -1)));
			case 6 -> spliced(bytes, at, length, new byte[0], 0, 0);
			case 7 -> spliced(bytes, at, 0, bytes, at, length);
			case 8 -> {
				byte[] number = { (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f };
				yield spliced(bytes, at, 1, number, 0, number.length);
			}
			default -> {
				byte[] other = modules.get(random.nextInt(modules.size()));
				int from = random.nextInt(Math.max(1, other.length));
				int most = Math.min(random.nextInt(200), other.length - from);
				yield spliced(bytes, at, length, other, from, most);
			}
		};
	}

	private static byte[] set(byte[] bytes, int at, byte value) {
		bytes[at] = value;
		return bytes;
	}

	/** Replaces a range by a range of other bytes. */
	private static byte[] spliced(byte[] bytes, int at, int removed, byte[] other, int from, int length) {
		byte[] result = new byte[bytes.length - removed + length];
		System.arraycopy(bytes, 0, result, 0, at);
		System.arraycopy(other, from, result, at, length);
		System.arraycopy(bytes, at + removed, result, at + length, bytes.length - at - removed);
		return result;
	}

}
