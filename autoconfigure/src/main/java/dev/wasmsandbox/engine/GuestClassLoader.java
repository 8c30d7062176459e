package dev.wasmsandbox.engine;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Holds the classes of one module; they go when nothing holds the module any more. */
final class GuestClassLoader extends ClassLoader {

	static {
		registerAsParallelCapable();
	}

	private final Map<String, byte[]> classFiles;

	GuestClassLoader(Map<String, byte[]> classFiles) {
		super("wasm-guest", GuestClassLoader.class.getClassLoader());
		this.classFiles = new ConcurrentHashMap<>(classFiles);
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
