package io.nearside.tests.bench;

import java.net.SocketAddress;

/**
 * What a load generator does: many clients on one thread, each sending {@code pipeline} commands,
 * waiting for all replies, and again.
 *
 * @param keys commands go to {@code key:000000000000} and so on, evenly at random
 * @param valueBytes of what is written
 */
record Load(
    SocketAddress target,
    Verb verb,
    int clients,
    int pipeline,
    long requests,
    int keys,
    int valueBytes) {
  /** The command. */
  enum Verb {
    GET,
    SET
  }

  Load against(SocketAddress other) {
    return new Load(other, verb, clients, pipeline, requests, keys, valueBytes);
  }

  Load times(long count) {
    return new Load(target, verb, clients, pipeline, count, keys, valueBytes);
  }
}
