package io.nearside.tests.broken.agent.cache;

/** A cache that knows a face and a socket. */
public record Cache(
    io.nearside.tests.broken.agent.redis.Face a, io.nearside.tests.broken.agent.net.Listener b) {}
