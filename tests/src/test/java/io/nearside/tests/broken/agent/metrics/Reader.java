package io.nearside.tests.broken.agent.metrics;

/** A reader of session internals. */
public record Reader(io.nearside.tests.broken.agent.redis.Face a) {}
