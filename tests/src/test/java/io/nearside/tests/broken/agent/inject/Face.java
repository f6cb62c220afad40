package io.nearside.tests.broken.agent.inject;

/** A face that knows another. */
public record Face(io.nearside.tests.broken.agent.redis.Face a) {}
