package io.nearside.tests.broken.common;

/** A package that is named for nothing. */
public record Anything() {}
