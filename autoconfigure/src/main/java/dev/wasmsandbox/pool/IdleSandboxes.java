package dev.wasmsandbox.pool;

import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import dev.wasmsandbox.engine.Sandbox;
import org.jspecify.annotations.Nullable;

/**
 * The sandboxes that nobody holds. Whoever takes one out has it alone; all methods are
 * thread-safe and none waits.
 */
final class IdleSandboxes {

	/** Last in, first out: the sandbox used last is the likeliest to be in the caches. */
	private final ConcurrentLinkedDeque<Sandbox> sandboxes = new ConcurrentLinkedDeque<>();

	private final AtomicInteger count = new AtomicInteger();

	/** Their number; counted beside the deque, so it may lag behind for a moment. */
	int size() {
		return Math.max(0, this.count.get());
	}

	/** Takes the one used last. */
	@Nullable Sandbox take() {
		return taken(this.sandboxes.pollFirst());
	}

	/** Takes the one that was unused for longest. */
	@Nullable Sandbox takeOldest() {
		return taken(this.sandboxes.pollLast());
	}

	private @Nullable Sandbox taken(@Nullable Sandbox sandbox) {
		if (sandbox != null) {
			this.count.decrementAndGet();
		}
		return sandbox;
	}

	/** Takes the given one. */
	boolean take(Sandbox sandbox) {
		boolean found = this.sandboxes.removeFirstOccurrence(sandbox);
		if (found) {
			this.count.decrementAndGet();
		}
		return found;
	}

	/**
	 * Puts one back after a lease. It is not stamped with the time here, on the way of
	 * every call, but by {@link #age} when that first sees it idle.
	 */
	void put(Sandbox sandbox) {
		sandbox.notes().idleSince(0);
		sandbox.notes().trimmed(false);
		this.sandboxes.addFirst(sandbox);
		this.count.incrementAndGet();
	}

	/** Puts one behind all others. */
	void putLast(Sandbox sandbox) {
		this.sandboxes.addLast(sandbox);
		this.count.incrementAndGet();
	}

	/** How many bytes in memory they hold. */
	long residentBytes() {
		long bytes = 0;
		for (Sandbox sandbox : this.sandboxes) {
			bytes += sandbox.residentBytes();
		}
		return bytes;
	}

	/**
	 * Has all give their pages back, one at a time: each goes from one end to the other,
	 * so that in the end they lie as before.
	 * @param back what to do with each afterwards, which nobody holds meanwhile
	 */
	void trimAll(Consumer<Sandbox> back) {
		for (int left = size(); left > 0; left--) {
			Sandbox sandbox = takeOldest();
			if (sandbox == null) {
				return;
			}
			if (!sandbox.notes().trimmed()) {
				sandbox.trim();
				sandbox.notes().trimmed(true);
			}
			back.accept(sandbox);
		}
	}

	/** Puts one before all others, as it is. */
	void putFirst(Sandbox sandbox) {
		this.sandboxes.addFirst(sandbox);
		this.count.incrementAndGet();
	}

	/**
	 * Trims and drops what is not used. Time counts from the first look at a sandbox that
	 * finds it idle, so none goes early. One at a time.
	 * @param now the time, by {@link System#nanoTime()}
	 * @param ages what is done when
	 * @param keep how many are not dropped
	 * @param resident how many keep their pages: those used last
	 * @param drop what to do with a dropped one
	 */
	void age(long now, Ages ages, int keep, int resident, Consumer<Sandbox> drop) {
		long stamp = (now != 0) ? now : 1;
		int beyondResident = size() - resident;
		Iterator<Sandbox> oldestFirst = this.sandboxes.descendingIterator();
		for (int seen = 0; oldestFirst.hasNext(); seen++) {
			Sandbox sandbox = oldestFirst.next();
			long since = sandbox.notes().idleSince();
			if (since == 0) {
				sandbox.notes().idleSince(stamp);
			}
			else if (now - since >= ages.drop() && size() > keep) {
				if (take(sandbox)) {
					drop.accept(sandbox);
				}
			}
			else if (seen < beyondResident && now - since >= ages.trim() && !sandbox.notes().trimmed()
					&& take(sandbox)) {
				sandbox.trim();
				sandbox.notes().trimmed(true);
				putLast(sandbox);
			}
		}
	}

	/**
	 * When unused ones are attended to.
	 *
	 * @param trim unused for as many nanoseconds, one gives its pages back, once
	 * @param drop unused for as many nanoseconds, one is dropped
	 */
	record Ages(long trim, long drop) {
	}

}
