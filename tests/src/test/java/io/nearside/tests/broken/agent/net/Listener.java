package io.nearside.tests.broken.agent.net;

/** A listener that knows a face and the cache. */
public record Listener(
    io.nearside.tests.broken.agent.redis.Face a, io.nearside.tests.broken.agent.cache.Cache b) {}
