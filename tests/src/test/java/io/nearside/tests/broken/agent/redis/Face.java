package io.nearside.tests.broken.agent.redis;

/** A face that knows another. */
public record Face(io.nearside.tests.broken.agent.postgres.Face a) {}
