package io.nearside.tests.broken.helpers;

/** A package that is named for nothing. */
public record Anything() {}
