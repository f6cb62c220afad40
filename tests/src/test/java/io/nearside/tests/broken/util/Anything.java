package io.nearside.tests.broken.util;

/** A package that is named for nothing. */
public record Anything() {}
