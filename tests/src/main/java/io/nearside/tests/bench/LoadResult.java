package io.nearside.tests.bench;

/** What one run of a load generator measured; latencies in milliseconds, as the client saw them. */
record LoadResult(double requestsPerSecond, double p50Millis, double p99Millis) {}
