package io.nearside.tests.equivalence;

/**
 * What is sent for one command, and how many replies it brings. Immutable by agreement: nobody
 * writes to the bytes.
 */
final class Exchange {
  final byte[] request;
  final int replies;
  final Normaliser normaliser;

  Exchange(byte[] request, int replies, Normaliser normaliser) {
    this.request = request;
    this.replies = replies;
    this.normaliser = normaliser;
  }
}
