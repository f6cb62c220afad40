package io.nearside.tests.broken.utils;

/** A package that is named for nothing. */
public record Anything() {}
