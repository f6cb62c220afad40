package io.nearside.tests.broken.agent.postgres;

/** A face that knows another. */
public record Face(io.nearside.tests.broken.agent.http.Face a) {}
