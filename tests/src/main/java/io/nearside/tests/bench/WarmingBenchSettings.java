package io.nearside.tests.bench;

/**
 * How the effect of warming is measured.
 *
 * @param keys of the hot set, asked by Zipf's law
 * @param seconds of load after the start
 * @param readsPerSecond of the clients of each joiner
 */
record WarmingBenchSettings(int keys, int valueBytes, int seconds, int readsPerSecond, long seed) {}
