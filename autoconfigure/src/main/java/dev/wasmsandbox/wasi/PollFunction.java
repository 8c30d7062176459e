package dev.wasmsandbox.wasi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code poll_oneoff}: waits for clocks; files and streams are always ready. It sleeps in
 * slices and looks at the call's deadline between them.
 */
final class PollFunction {

	private static final int MOST_SUBSCRIPTIONS = 1_024;

	private static final int SUBSCRIPTION_BYTES = 48;

	private static final int EVENT_BYTES = 32;

	private static final int CLOCK = 0;

	private static final int FD_READ = 1;

	private static final int FD_WRITE = 2;

	/** How long it sleeps at a time, in nanoseconds. */
	private static final long SLICE = TimeUnit.MILLISECONDS.toNanos(1);

	private final WasiState state;

	private final List<ByteBuffer> events = new ArrayList<>();

	private final List<Alarm> alarms = new ArrayList<>();

	private PollFunction(WasiState state) {
		this.state = state;
	}

	/** A clock that is waited for until {@link System#nanoTime()} says so. */
	private record Alarm(long userData, long at) {
	}

	static WasiFunction function() {
		return WasiFunction.of("poll_oneoff", "(i32, i32, i32, i32) -> i32",
				(state, arguments) -> new PollFunction(state).poll(arguments));
	}

	private void poll(long[] arguments) throws WasiFailure {
		int in = (int) arguments[0];
		int out = (int) arguments[1];
		int count = (int) arguments[2];
		if (count <= 0 || count > MOST_SUBSCRIPTIONS) {
			throw new WasiFailure(Errno.INVAL);
		}
		WasiMemory memory = this.state.memory();
		memory.require(in, (long) count * SUBSCRIPTION_BYTES);
		memory.require(out, (long) count * EVENT_BYTES);
		memory.require((int) arguments[3], 4);
		for (int i = 0; i < count; i++) {
			subscribe(in + i * SUBSCRIPTION_BYTES);
		}
		if (this.events.isEmpty()) {
			sleep();
		}
		long now = System.nanoTime();
		for (Alarm alarm : this.alarms) {
			if (alarm.at() - now <= 0) {
				event(alarm.userData(), CLOCK, Errno.SUCCESS, 0);
			}
		}
		for (int i = 0; i < this.events.size(); i++) {
			memory.write(out + i * EVENT_BYTES, this.events.get(i));
		}
		memory.i32((int) arguments[3], this.events.size());
	}

	private void subscribe(int address) throws WasiFailure {
		WasiMemory memory = this.state.memory();
		long userData = memory.i64(address);
		int type = memory.u8(address + 8);
		try {
			switch (type) {
				case CLOCK -> this.alarms.add(new Alarm(userData, alarm(address + 16)));
				case FD_READ, FD_WRITE -> event(userData, type, Errno.SUCCESS, ready(memory.i32(address + 16), type));
				default -> throw new WasiFailure(Errno.INVAL);
			}
		}
		catch (WasiFailure ex) {
			event(userData, type, ex.errno(), 0);
		}
	}

	/** When a clock's time has come. */
	private long alarm(int address) throws WasiFailure {
		int clock = this.state.memory().i32(address);
		ProcessFunctions.requireClock(this.state, clock);
		long wanted = this.state.memory().i64(address + 8);
		boolean absolute = (this.state.memory().u16(address + 24) & 1) != 0;
		long time = (wanted < 0) ? Long.MAX_VALUE : wanted;
		long left = absolute ? time - ProcessFunctions.now(this.state, clock) : time;
		return System.nanoTime() + Math.clamp(left, 0, Long.MAX_VALUE / 4);
	}

	/** How many bytes can be read, as far as that is known. */
	private long ready(int number, int type) throws WasiFailure {
		Descriptor descriptor = this.state.descriptors().get(number);
		if (descriptor instanceof Descriptor.Folder) {
			throw new WasiFailure(Errno.BADF);
		}
		descriptor.require(Rights.POLL_FD_READWRITE);
		descriptor.require((type == FD_READ) ? Rights.FD_READ : Rights.FD_WRITE);
		return (descriptor instanceof Descriptor.Input input) ? input.available() : 0;
	}

	private void event(long userData, int type, Errno errno, long bytes) {
		ByteBuffer event = ByteBuffer.allocate(EVENT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
		event.putLong(0, userData);
		event.putShort(8, (short) errno.number());
		event.put(10, (byte) type);
		event.putLong(16, bytes);
		this.events.add(event);
	}

	private void sleep() {
		long first = Long.MAX_VALUE;
		long began = System.nanoTime();
		for (Alarm alarm : this.alarms) {
			first = Math.min(first, alarm.at() - began);
		}
		for (long left = first; left > 0; left = first - (System.nanoTime() - began)) {
			this.state.checkpoint();
			LockSupport.parkNanos(this, Math.min(left, SLICE));
		}
	}

}
