package io.nearside.tests.broken.managers;

/** A package that is named for nothing. */
public record Anything() {}
