package io.nearside.tests.coherence;

import java.util.List;

/**
 * One read, from before it was sent. Made by {@link CoherenceChecker#beginRead}; used by one
 * thread.
 *
 * @param ownWrites per key, what rule {@link Rule#READ_YOUR_WRITES} holds it to
 * @param earlierReads per key, what rule {@link Rule#MONOTONIC_READS} holds it to
 */
public record Read(
    int path,
    String commandLine,
    List<String> keys,
    long invokedNanos,
    List<Integer> ownWrites,
    List<Integer> earlierReads) {}
