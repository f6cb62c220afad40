package io.nearside.tests.broken.config;

/** Configuration that reaches up and out. */
public record KnowsOthers(
    io.nearside.tests.broken.tests.Demo a, io.vertx.core.Vertx b, io.netty.buffer.ByteBuf c) {}
