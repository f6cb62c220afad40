package io.nearside.tests.broken.impl;

/** A package that is named for nothing. */
public record Anything() {}
