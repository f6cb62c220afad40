package io.nearside.tests.broken.manager;

/** A package that is named for nothing. */
public record Anything() {}
