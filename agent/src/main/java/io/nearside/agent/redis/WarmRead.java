package io.nearside.agent.redis;

import io.nearside.agent.redis.resp.ReplyScanner;
import java.util.function.Consumer;

/**
 * A read that no client asked for yet, under its lease into the near-cache; a client that asks
 * meanwhile joins it. Stays on the event loop of its connection.
 */
final class WarmRead extends Exchange {
  /** How a read ended. */
  enum Outcome {
    /** It is in the near-cache. */
    STORED,
    /** It was answered, and may not be kept. */
    NOT_KEPT,
    /** It was not answered, or not sent. */
    FAILED
  }

  private final Filling filling;
  private final Flight flight;
  private final Consumer<Outcome> ended;

  /**
   * @param ended called once, on the connection's event loop
   */
  WarmRead(Filling filling, Consumer<Outcome> ended) {
    this.filling = filling;
    this.flight = new Flight(filling);
    this.ended = ended;
  }

  Flight flight() {
    return flight;
  }

  @Override
  void chunk(byte[] bytes, int from, int to) {
    filling.chunk(bytes, from, to);
  }

  @Override
  void ended(UpstreamConnection connection, ReplyScanner reply) {
    connection.flightEnded(flight);
    boolean stored = filling.commit(reply);
    flight.arrived();
    ended.accept(stored ? Outcome.STORED : Outcome.NOT_KEPT);
  }

  @Override
  void lost(UpstreamConnection connection, boolean sent, String why) {
    flight.lost();
    ended.accept(Outcome.FAILED);
  }
}
