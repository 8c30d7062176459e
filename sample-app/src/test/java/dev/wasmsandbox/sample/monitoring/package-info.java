/**
 * What the application tells of itself: the endpoint, the scrape, and the rules and the
 * dashboard that are made for them.
 */
@NullMarked
package dev.wasmsandbox.sample.monitoring;

import org.jspecify.annotations.NullMarked;
