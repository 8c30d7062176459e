package dev.wasmsandbox.benchmarks.harness;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Optional;

import com.sun.management.OperatingSystemMXBean;

/**
 * A clock that runs while the CPU works for us.
 */
@FunctionalInterface
public interface CpuClock {

	/** The time so far, in nanoseconds; only differences mean anything. */
	long nanos();

	/** The time of the thread that asks. */
	static CpuClock thread() {
		ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		return threads::getCurrentThreadCpuTime;
	}

	/**
	 * The time of all threads of this JVM, garbage collection and compilers included.
	 * Java's own counts in hundredths of a second, so that of Linux is asked where there
	 * is one. One thread at a time may ask.
	 */
	static CpuClock process() {
		return LinuxProcessClock.find().orElseGet(() -> {
			OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
			return system::getProcessCpuTime;
		});
	}

	/**
	 * {@code clock_gettime(CLOCK_PROCESS_CPUTIME_ID)}.
	 */
	final class LinuxProcessClock implements CpuClock {

		private static final int PROCESS_CPUTIME = 2;

		private final MethodHandle clockGettime;

		private final MemorySegment time = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG, 2);

		private LinuxProcessClock(MethodHandle clockGettime) {
			this.clockGettime = clockGettime;
		}

		private static Optional<CpuClock> find() {
			if (!"Linux".equals(System.getProperty("os.name"))) {
				return Optional.empty();
			}
			Linker linker = Linker.nativeLinker();
			return linker.defaultLookup()
				.find("clock_gettime")
				.map((address) -> new LinuxProcessClock(linker.downcallHandle(address,
						FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS))));
		}

		@Override
		public long nanos() {
			try {
				int result = (int) this.clockGettime.invokeExact(PROCESS_CPUTIME, this.time);
				if (result != 0) {
					throw new IllegalStateException("clock_gettime failed");
				}
			}
			catch (RuntimeException | Error ex) {
				throw ex;
			}
			catch (Throwable ex) {
				throw new IllegalStateException(ex);
			}
			return this.time.getAtIndex(ValueLayout.JAVA_LONG, 0) * 1_000_000_000
					+ this.time.getAtIndex(ValueLayout.JAVA_LONG, 1);
		}

	}

}
