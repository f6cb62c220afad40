package io.nearside.tests.broken.helper;

/** A package that is named for nothing. */
public record Anything() {}
