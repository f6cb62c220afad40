package io.nearside.tests.broken.agent.http;

/** A face that knows another. */
public record Face(io.nearside.tests.broken.agent.inject.Face a) {}
