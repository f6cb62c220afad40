package io.nearside.tests.broken.tests;

/** Known to all lower modules, wrongly. */
public record Demo() {}
