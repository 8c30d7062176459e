package dev.wasmsandbox.engine;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Holds the classes of one module; they go when nothing holds the module any more. */
final class GuestClassLoader extends ClassLoader {

	static {
		registerAsParallelCapable();
	}

	private final Map<String, byte[]> classFiles;

	private final Queue<HostSite> sites = new ConcurrentLinkedQueue<>();

	GuestClassLoader(Map<String, byte[]> classFiles) {
		super("wasm-guest", GuestClassLoader.class.getClassLoader());
		this.classFiles = new ConcurrentHashMap<>(classFiles);
	}

	/** Notes a place in its code where a function of the host is called. */
	void add(HostSite site) {
		this.sites.add(site);
	}

	/** Has all such places let go of these functions. */
	void forget(HostCall[] calls) {
		this.sites.forEach((site) -> site.forget(calls));
	}

	@Override
	protected Class<?> findClass(String name) throws ClassNotFoundException {
		byte[] classFile = this.classFiles.remove(name);
		if (classFile == null) {
			throw new ClassNotFoundException(name);
		}
		return defineClass(name, classFile, 0, classFile.length);
	}

}
