package dev.wasmsandbox.client;

/** A client that any class loader can load, because it names nothing else. */
public interface PublicAdder {

	/** The sum. */
	int add(int a, int b);

}
