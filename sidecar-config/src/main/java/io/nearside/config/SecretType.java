package io.nearside.config;

/** A {@link Secret}. */
record SecretType() implements ValueType {}
