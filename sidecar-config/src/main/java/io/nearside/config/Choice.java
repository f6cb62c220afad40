package io.nearside.config;

/** A value out of a few words. */
interface Choice {
  /** The word as it is written in the configuration. */
  String label();
}
