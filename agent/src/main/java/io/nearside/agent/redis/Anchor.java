package io.nearside.agent.redis;

import io.nearside.cluster.EpochReason;
import io.nearside.cluster.InvalidationBus;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What strongly consistent keys rest on beside the bus: whether there is a sidecar that the bus
 * does not know of, in the other part of a split or never met. All that share an upstream are known
 * to it: each keeps a subscription to a channel of the fleet and to one of its own, and asks four
 * times per lease how many there are of each. Where the fleet's number is that of the sidecars that
 * the bus knows, nobody else can be writing, and this sidecar may answer from memory. It may write
 * while it was itself seen subscribed for longer than a lease: then all who do not know it have
 * noticed and answer from memory no more.
 *
 * <p>Runs on one Vert.x context; what it has found is readable from any thread.
 */
final class Anchor {
  private static final Logger log = LoggerFactory.getLogger(Anchor.class);
  private static final int LOOKS_PER_LEASE = 4;

  /** How many leases it waits for the bus before it subscribes all the same. */
  private static final int PATIENCE_LEASES = 5;

  private static final int RETRIES_SKIPPED_WHEN_REFUSED = 10;

  private final Vertx vertx;
  private final Context context;
  private final Upstream upstream;
  private final Coherence coherence;
  private final InvalidationBus bus;
  private final String clientName;
  private final String fleetChannel;
  private final long leaseMillis;
  private final long leaseNanos;
  private final long retryMillis;
  private final AnchorRun alone;
  private final AnchorRun subscribed;

  private @Nullable Redis client;
  private @Nullable RedisConnection asker;
  private @Nullable Long timer;
  private boolean connecting;
  private boolean looking;
  private boolean provenBefore;
  private long lookedAtNanos;
  private long connectAtNanos = System.nanoTime();
  private boolean anchored;
  private volatile long readUntilNanos;
  private volatile long writeUntilNanos;
  private long patientUntilNanos;
  private volatile String detail = "no policy is strong";

  Anchor(
      Vertx vertx,
      Upstream upstream,
      Coherence coherence,
      String clusterName,
      String nodeId,
      long leaseMillis,
      long retryMillis) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.upstream = upstream;
    this.coherence = coherence;
    this.bus = coherence.bus();
    this.clientName = "nearside-anchor-" + nodeId;
    this.fleetChannel = "nearside:strong:" + clusterName;
    this.leaseMillis = leaseMillis;
    this.leaseNanos = leaseMillis * 1_000_000;
    this.retryMillis = retryMillis;
    this.alone = new AnchorRun(leaseMillis);
    this.subscribed = new AnchorRun(leaseMillis);
    closed();
  }

  /** Begins to be seen, once the bus has its proofs; does nothing when it was told so before. */
  void start() {
    context.runOnContext(
        v -> {
          if (timer == null) {
            detail = "waiting for the bus";
            patientUntilNanos = System.nanoTime() + PATIENCE_LEASES * leaseNanos;
            timer = vertx.setPeriodic(leaseMillis / LOOKS_PER_LEASE, beat -> beat());
          }
        });
  }

  /**
   * Nothing is strong any more: strong keys are neither answered from memory nor written. Completes
   * when the upstream does not count this sidecar any more.
   */
  Future<Void> stop() {
    Promise<Void> stopped = Promise.promise();
    context.runOnContext(
        v -> {
          if (timer != null) {
            vertx.cancelTimer(timer);
            timer = null;
          }
          disconnect("no policy is strong").onComplete(stopped);
        });
    return stopped.future();
  }

  /** Until when no sidecar that the bus does not know of can have written a strong key. */
  long readUntilNanos() {
    return readUntilNanos;
  }

  /** The upstream is another server now: begins anew there. */
  void restart() {
    context.runOnContext(
        v -> {
          if (client != null) {
            lost("the primary has moved");
          }
        });
  }

  /** Whether all who do not know this sidecar have stopped answering strong keys from memory. */
  boolean mayWrite(long nowNanos) {
    return writeUntilNanos - nowNanos > 0;
  }

  /** What it rests on, or why not; for people. */
  String detail() {
    return detail;
  }

  private void closed() {
    anchored = false;
    long past = System.nanoTime() - 1;
    readUntilNanos = past;
    writeUntilNanos = past;
    alone.broken();
    subscribed.broken();
  }

  private Future<Void> disconnect(String why) {
    closed();
    detail = why;
    connecting = false;
    looking = false;
    asker = null;
    provenBefore = false;
    Redis open = client;
    client = null;
    return open == null ? Future.succeededFuture() : open.close();
  }

  private void beat() {
    long now = System.nanoTime();
    if (asker != null) {
      if (!looking) {
        look(asker, now);
      } else if (now - lookedAtNanos > 3 * leaseNanos) {
        lost("no answer");
      }
    } else if (!connecting && now - connectAtNanos >= 0 && isKnown(now)) {
      connect();
    }
  }

  /**
   * Whether the peers know this sidecar, as far as can be told from here: who subscribes before
   * they do makes them stop answering from memory for a while. A bus that does not come does not
   * keep it from writing.
   */
  private boolean isKnown(long now) {
    long until = bus.strongUntilNanos();
    boolean proven = until == Long.MAX_VALUE || until - now > 0;
    boolean twice = (proven && provenBefore) || now - patientUntilNanos >= 0;
    provenBefore = proven;
    if (!proven) {
      detail = "waiting for the bus: " + bus.strongDetail();
    }
    return twice;
  }

  @SuppressWarnings("ReferenceEquality") // this very client, not its successor
  private void connect() {
    connecting = true;
    Redis opened = Redis.createClient(vertx, options());
    client = opened;
    opened
        .connect()
        .compose(subscriber -> subscribe(opened, subscriber))
        .compose(subscriber -> opened.connect())
        .onComplete(
            done -> {
              if (client != opened) {
                return;
              }
              connecting = false;
              if (done.failed()) {
                lost(String.valueOf(done.cause().getMessage()));
              } else {
                watch(opened, done.result());
                asker = done.result();
                beat();
              }
            });
  }

  /** The older protocol: there a subscription is answered like any other command. */
  private RedisOptions options() {
    return upstream.redisOptions().setProtocolNegotiation(false);
  }

  @SuppressWarnings("ReferenceEquality") // this very client, not its successor
  private Future<Response> subscribe(Redis opened, RedisConnection subscriber) {
    watch(opened, subscriber);
    // Vert.x takes SUBSCRIBE for answered when it is sent: a refusal comes as a message.
    subscriber.handler(
        message -> {
          if (client == opened && message.type() == ResponseType.ERROR) {
            lost(message.toString());
          }
        });
    return subscriber
        .send(Request.cmd(Command.CLIENT).arg("SETNAME").arg(clientName))
        .transform(
            named ->
                subscriber.send(
                    Request.cmd(Command.SUBSCRIBE).arg(fleetChannel).arg(channel(bus.anchorId()))));
  }

  @SuppressWarnings("ReferenceEquality") // this very client, not its successor
  private void watch(Redis opened, RedisConnection connection) {
    connection.endHandler(
        end -> {
          if (client == opened) {
            lost("connection closed");
          }
        });
    connection.exceptionHandler(
        failure -> {
          if (client == opened) {
            lost(String.valueOf(failure.getMessage()));
          }
        });
  }

  private String channel(String anchorId) {
    return fleetChannel + ':' + anchorId;
  }

  private void lost(String why) {
    boolean refused = isRefusal(why);
    String now = refused ? "refused by the upstream: " + why : "upstream lost: " + why;
    if (refused && !now.equals(detail)) {
      log.warn(
          "strong keys are not served from memory and not written upstream={} reason=\"{}\"",
          upstream.name(),
          why);
    }
    var _ = disconnect(now);
    connectAtNanos =
        System.nanoTime() + retryMillis * (refused ? RETRIES_SKIPPED_WHEN_REFUSED : 1) * 1_000_000;
  }

  private static boolean isRefusal(String error) {
    return error.startsWith("NOPERM") || error.startsWith("NOAUTH") || error.startsWith("ERR unk");
  }

  @SuppressWarnings("ReferenceEquality") // this very connection, not its successor
  private void look(RedisConnection connection, long now) {
    looking = true;
    lookedAtNanos = now;
    // Taken before and after: a peer that is counted, and gone from the bus the next moment, was
    // trusted no longer than its proof was good.
    long before = bus.strongUntilNanos();
    List<String> peers = bus.anchors();
    long after = bus.strongUntilNanos();
    Request count = Request.cmd(Command.PUBSUB).arg("NUMSUB").arg(fleetChannel);
    count.arg(channel(bus.anchorId()));
    peers.forEach(peer -> count.arg(channel(peer)));
    connection
        .send(count)
        .onComplete(
            done -> {
              if (asker != connection) {
                return;
              }
              looking = false;
              if (done.succeeded()) {
                counted(done.result(), now, Math.min(before, after));
              } else {
                lost(String.valueOf(done.cause().getMessage()));
              }
            });
  }

  /**
   * @param reply names and numbers by turns: the fleet's channel, our own, those of the peers
   */
  private void counted(Response reply, long sentNanos, long provenUntilNanos) {
    long now = System.nanoTime();
    long total = reply.get(1).toLong();
    long own = reply.get(3).toLong();
    long known = own;
    for (int i = 5; i < reply.size(); i += 2) {
      known += reply.get(i).toLong();
    }
    if (own == 0) {
      lost("the subscription is gone");
      return;
    }
    subscribed.good(sentNanos, now, Long.MAX_VALUE);
    if (subscribed.isSettled(now)) {
      writeUntilNanos = subscribed.untilNanos();
    }
    if (total == known) {
      alone.good(sentNanos, now, provenUntilNanos);
    } else {
      alone.broken();
    }
    publish(now, total, known);
  }

  private void publish(long now, long total, long known) {
    if (!alone.isSettled(now)) {
      if (anchored) {
        anchored = false;
        readUntilNanos = now - 1;
      }
      detail =
          total == known
              ? "anchoring: the " + total + " subscribed are those that the bus knows"
              : total + " sidecars are subscribed, the bus knows " + known;
      return;
    }
    if (!anchored || readUntilNanos - now <= 0) {
      // Whatever was read before may be older than a write that nobody had to tell us of.
      coherence.moveEpoch(EpochReason.STRONG_ANCHOR);
    }
    anchored = true;
    readUntilNanos = alone.untilNanos();
    detail = "anchored: all " + total + " that are subscribed are known to the bus";
  }
}
