package io.nearside.agent.redis;

import io.nearside.config.HostPort;
import io.nearside.config.RedisSentinelConfig;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the {@link Upstream} at the primary that the sentinels name: told by them at a switch, and
 * asked at intervals and whenever the server does not answer or is no primary. Runs on one Vert.x
 * context.
 */
final class Sentinels implements SentinelConnection.Watcher {
  private static final Logger log = LoggerFactory.getLogger(Sentinels.class);
  private static final long LOOK_MILLIS = 2_000;
  private static final long ASK_MILLIS_MIN = 100;

  private final Vertx vertx;
  private final Context context;
  private final Upstream upstream;
  private final Runnable moved;
  private final List<SentinelConnection> connections;
  private final PrimaryChoice choice;
  private long askedNanos;

  /**
   * @param moved runs when commands go to another server than before, on this context
   */
  Sentinels(
      Vertx vertx, Upstream upstream, RedisSentinelConfig config, String nodeId, Runnable moved) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.upstream = upstream;
    this.moved = moved;
    this.askedNanos = System.nanoTime() - ASK_MILLIS_MIN * 1_000_000;
    this.choice = new PrimaryChoice(config.nodes().size());
    this.connections =
        config.nodes().stream()
            .map(
                node ->
                    new SentinelConnection(
                        vertx, node, upstream.sentinelOptions(node), config.master(), nodeId, this))
            .toList();
  }

  void start() {
    context.runOnContext(
        v -> {
          connections.forEach(SentinelConnection::connect);
          vertx.setPeriodic(LOOK_MILLIS, timer -> connections.forEach(SentinelConnection::look));
        });
  }

  /** Something is wrong with the server: asks anew where the primary is. Safe from any thread. */
  void ask() {
    context.runOnContext(
        v -> {
          long now = System.nanoTime();
          if (now - askedNanos >= ASK_MILLIS_MIN * 1_000_000) {
            askedNanos = now;
            connections.forEach(SentinelConnection::ask);
          }
        });
  }

  @Override
  public void switched() {
    connections.forEach(SentinelConnection::ask);
  }

  @Override
  public void answered(HostPort sentinel, PrimaryChoice.Answer answer) {
    if (!choice.answered(sentinel, answer)) {
      return;
    }
    boolean first = !upstream.known().isComplete();
    log.info(
        "the primary {} at={} before={} sentinel={} epoch={}",
        first ? "is" : "has moved",
        answer.primary(),
        upstream.name(),
        sentinel,
        answer.epoch());
    upstream.moveTo(answer.primary());
    if (!first) {
      moved.run();
    }
  }

  @Override
  public void silent(HostPort sentinel) {
    choice.silent(sentinel);
  }

  void close() {
    context.runOnContext(v -> connections.forEach(SentinelConnection::close));
  }
}
