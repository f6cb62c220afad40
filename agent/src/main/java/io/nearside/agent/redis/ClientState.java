package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a pinned client's upstream connection remembers of it, as far as it decides what the sidecar
 * may do: pure, no sockets. Made when a session is pinned, dropped when it is not any more.
 *
 * <pre>
 *   plain --MULTI--> in transaction --EXEC, DISCARD--> plain
 *   plain --WATCH--> watching --EXEC, DISCARD, UNWATCH--> plain
 *   plain --SUBSCRIBE--> subscribed --last UNSUBSCRIBE--> plain
 *   plain --MONITOR--> raw (until the client leaves)
 *   any --RESET--> plain
 * </pre>
 */
final class ClientState {
  /**
   * The three kinds of subscriptions; Redis counts channels and patterns together, shard channels
   * apart.
   */
  enum Subscription {
    CHANNEL(""),
    PATTERN("p"),
    SHARD("s");

    private final String prefix;

    Subscription(String prefix) {
      this.prefix = prefix;
    }

    /** The first element of an acknowledgement. */
    String acknowledgement(boolean subscribe) {
      return prefix + (subscribe ? "subscribe" : "unsubscribe");
    }
  }

  /** What was queued since MULTI. */
  static final class Transaction {
    private final List<Key.Stored> written = new ArrayList<>();
    private final List<Key.Stored> read = new ArrayList<>();
    private boolean unnamed;
    private boolean movesDatabase;
    private byte @Nullable [] refusal;
    private byte @Nullable [] name;

    /** Null: a write whose keys can not be named. */
    void writes(@Nullable List<Key.Stored> keys) {
      if (keys == null) {
        unnamed = true;
      } else {
        written.addAll(keys);
      }
    }

    void reads(Key.Stored key) {
      read.add(key);
    }

    /** CLIENT SETNAME was queued. */
    void names(byte[] queued) {
      name = queued;
    }

    byte @Nullable [] name() {
      return name;
    }

    /** SELECT was queued: the keys' database is not known. */
    void movesDatabase() {
      movesDatabase = true;
    }

    boolean databaseUnknown() {
      return movesDatabase;
    }

    /** The sidecar itself refused a command of it: it must not be executed without that. */
    void refused() {
      refused(Errors.EXEC_ABORTED);
    }

    /** It must not be executed: EXEC is answered with this error. */
    void refused(byte[] error) {
      refusal = error;
    }

    /** What EXEC is answered with in place of being sent; null when it may be. */
    byte @Nullable [] refusal() {
      return refusal;
    }

    boolean unnamed() {
      return unnamed;
    }

    List<Key.Stored> written() {
      return written;
    }

    List<Key.Stored> read() {
      return read;
    }
  }

  private final Set<PinReason> sticky = EnumSet.noneOf(PinReason.class);
  private final int[] subscriptions = new int[Subscription.values().length];
  private @Nullable Transaction transaction;
  private boolean watching;
  private boolean repliesOff;
  private boolean skipNext;
  private boolean raw;
  private boolean databaseUnknown;

  @Nullable Transaction transaction() {
    return transaction;
  }

  void multi() {
    transaction = new Transaction();
  }

  /** EXEC or DISCARD: the transaction is over, and so is WATCH. */
  void transactionEnded() {
    transaction = null;
    watching = false;
  }

  /** MULTI was refused; {@code refused} is what it began. */
  void multiRefused(@Nullable Transaction refused) {
    if (transaction == refused) {
      transaction = null;
    }
  }

  void watching(boolean on) {
    watching = on;
  }

  boolean repliesOff() {
    return repliesOff;
  }

  void repliesOff(boolean off) {
    repliesOff = off;
  }

  void skipNext() {
    skipNext = true;
  }

  /** Whether this command gets no reply; forgets a SKIP. */
  boolean takeSilent() {
    boolean silent = repliesOff || skipNext;
    skipNext = false;
    return silent;
  }

  boolean isRaw() {
    return raw;
  }

  /** From now on replies can not be matched with requests: everything passes as it comes. */
  void raw(PinReason why) {
    raw = true;
    sticky.add(why);
  }

  void stick(PinReason why) {
    sticky.add(why);
  }

  /** SELECT can not be followed: keys are invalidated in every database. */
  void databaseIsUnknown() {
    databaseUnknown = true;
  }

  boolean databaseUnknown() {
    return databaseUnknown || sticky.contains(PinReason.STATE_IN_TRANSACTION);
  }

  void unstick(PinReason why) {
    sticky.remove(why);
  }

  boolean isSubscribed() {
    return subscriptions[0] + subscriptions[1] + subscriptions[2] > 0;
  }

  int subscribed(Subscription kind) {
    return subscriptions[index(kind)];
  }

  /** A subscription was acknowledged with the number of subscriptions that remain. */
  void acknowledged(Subscription kind, long total) {
    int others =
        switch (kind) {
          case CHANNEL -> subscriptions[1];
          case PATTERN -> subscriptions[0];
          case SHARD -> 0;
        };
    subscriptions[index(kind)] = (int) Math.max(0, total - others);
  }

  private static int index(Subscription kind) {
    return switch (kind) {
      case CHANNEL -> 0;
      case PATTERN -> 1;
      case SHARD -> 2;
    };
  }

  /** Whether nothing of the client is left on the connection. */
  boolean isClean() {
    return transaction == null
        && !watching
        && !repliesOff
        && !skipNext
        && sticky.isEmpty()
        && !isSubscribed();
  }

  /** Why the connection can not be given back, or null. */
  @Nullable PinReason reason() {
    if (transaction != null) {
      return PinReason.TRANSACTION;
    }
    if (watching) {
      return PinReason.WATCH;
    }
    if (isSubscribed()) {
      return PinReason.SUBSCRIPTION;
    }
    if (repliesOff || skipNext) {
      return PinReason.CLIENT_REPLY;
    }
    return sticky.isEmpty() ? null : sticky.iterator().next();
  }

  /** RESET was answered. */
  void reset() {
    transaction = null;
    watching = false;
    repliesOff = false;
    skipNext = false;
    sticky.clear();
    Arrays.fill(subscriptions, 0);
  }
}
