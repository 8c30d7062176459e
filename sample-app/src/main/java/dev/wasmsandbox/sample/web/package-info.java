/**
 * What all endpoints share: how bodies are read and how failures are answered.
 */
@NullMarked
package dev.wasmsandbox.sample.web;

import org.jspecify.annotations.NullMarked;
