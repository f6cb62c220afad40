package io.nearside.tests.coherence;

import org.jspecify.annotations.Nullable;

/**
 * One value that a key was given, in the order in which the writers held the key's lock.
 *
 * @param index 0 for the state before the run, then 1, 2, 3 ...
 * @param value unique within the key; null where the write removes the key
 */
record Version(int index, @Nullable String value, Write write) {}
