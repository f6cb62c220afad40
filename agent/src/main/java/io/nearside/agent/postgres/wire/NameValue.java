package io.nearside.agent.postgres.wire;

/** A run-time parameter as ParameterStatus reports it. */
public record NameValue(String name, String value) {}
