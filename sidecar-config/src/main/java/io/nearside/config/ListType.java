package io.nearside.config;

/** A list; one value as far as sources and reload are concerned. */
record ListType(ValueType element) implements ValueType {}
