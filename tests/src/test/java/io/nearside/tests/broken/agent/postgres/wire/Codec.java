package io.nearside.tests.broken.agent.postgres.wire;

/** A codec with a socket. */
public record Codec(io.nearside.tests.broken.agent.net.Listener a, io.netty.channel.Channel b) {}
