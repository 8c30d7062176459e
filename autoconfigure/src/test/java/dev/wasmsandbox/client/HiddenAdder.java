package dev.wasmsandbox.client;

/** As {@link PublicAdder}, for its package only. */
interface HiddenAdder {

	/** The sum. */
	int add(int a, int b);

}
