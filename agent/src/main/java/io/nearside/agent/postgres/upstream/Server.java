package io.nearside.agent.postgres.upstream;

import io.nearside.config.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL server as it was last seen. Positions are bytes since the beginning of the log,
 * times {@link System#nanoTime}; -1 stands for unknown. Belongs to the context of its {@link
 * Servers}. An address keeps its {@code Server} for as long as it is configured.
 */
public final class Server {
  private final HostPort address;
  final Ejection ejection = new Ejection();

  private @Nullable ServerIdentity identity;
  private @Nullable WatchAnswer answer;
  private boolean reachable;
  private boolean heard;
  private @Nullable String refused;
  private ServerRole toldRole = ServerRole.UNKNOWN;
  private int timeline = -1;
  private long replayPosition = Positions.UNKNOWN;
  private long lagBytes = -1;
  private long lagMillis = -1;
  private long lastAnswerNanos;
  private boolean answered;
  private String lastError = "not connected yet";
  private long answers;
  private long losses;
  private long failures;
  private long turn;
  private long weightCredit;

  Server(HostPort address) {
    this.address = address;
  }

  public HostPort address() {
    return address;
  }

  /** What it said last; {@code UNKNOWN} also for a server that must not be used at all. */
  public ServerRole role() {
    WatchAnswer last = answer;
    if (last == null || refused != null) {
      return ServerRole.UNKNOWN;
    }
    return last.inRecovery() ? ServerRole.REPLICA : ServerRole.PRIMARY;
  }

  /** Whether it answers the watch. */
  public boolean isReachable() {
    return reachable;
  }

  /**
   * Primary: the timeline it writes. Replica: the one it follows, a lower one if only an older
   * state of it can be seen. Kept when the server is lost.
   */
  public int timeline() {
    return timeline;
  }

  /**
   * How far a replica is known to have replayed; only grows while it can be reached, and is unknown
   * when it can not: a replica that crashed begins again further back.
   */
  public long replayPosition() {
    return replayPosition;
  }

  /** The data plane saw on this replica that it has replayed so far. */
  public void observedReplay(long position) {
    if (replayPosition >= 0 && position > replayPosition) {
      replayPosition = position;
    }
  }

  /** Primary: flushed WAL as of the last answer. */
  public long flushPosition() {
    WatchAnswer last = answer;
    return last == null || last.inRecovery() ? Positions.UNKNOWN : last.position();
  }

  /** Bytes of WAL that the primary has flushed and this replica has not replayed. */
  public long lagBytes() {
    return lagBytes;
  }

  /** Since when the primary has had something that this replica has not replayed; 0 for nothing. */
  public long lagMillis() {
    return lagMillis;
  }

  /** Nanoseconds since the last answer; -1 if there was none. */
  public long answerAgeNanos(long nowNanos) {
    return answered ? nowNanos - lastAnswerNanos : -1;
  }

  /** {@code server_version_num}, 160004 for 16.4; 0 for unknown. */
  public int versionNum() {
    return identity == null ? 0 : identity.versionNum();
  }

  /** The cluster's {@code system_identifier}; 0 for unknown. */
  public long systemIdentifier() {
    return identity == null ? 0 : identity.systemIdentifier();
  }

  /** Bytes of a WAL segment; 0 for unknown. */
  public long segmentBytes() {
    return identity == null ? 0 : identity.segmentBytes();
  }

  /**
   * What a replica must have replayed to see everything that was written when this server's {@code
   * pg_current_wal_insert_lsn()} was {@code insertPosition}: {@link Positions#pageBoundary}.
   */
  public long token(long insertPosition) {
    ServerIdentity known = identity;
    return known == null
        ? insertPosition
        : Positions.pageBoundary(insertPosition, known.segmentBytes(), known.pageBytes());
  }

  /** Nanoseconds that its ejection still lasts; 0 for none. */
  public long ejectedNanos(long nowNanos) {
    return ejection.remainingNanos(nowNanos);
  }

  /** Why it was lost or refused; empty while all is well. */
  public String lastError() {
    return lastError;
  }

  /** Answers to the watch. */
  public long answers() {
    return answers;
  }

  /** How often it could not be reached any more. */
  public long losses() {
    return losses;
  }

  /** Failures that the data plane told. */
  public long failures() {
    return failures;
  }

  /** How often those ejected it. */
  public long ejections() {
    return ejection.count();
  }

  @Nullable ServerIdentity identity() {
    return identity;
  }

  /** Whether it has answered or failed to since it was configured. */
  boolean isHeard() {
    return heard;
  }

  /** Whether it says that it is primary and can be reached; it may not be the one. */
  boolean claimsPrimary() {
    WatchAnswer last = answer;
    return reachable && last != null && !last.inRecovery();
  }

  long replayAgeMillis() {
    WatchAnswer last = answer;
    return last == null ? -1 : last.replayAgeMillis();
  }

  /** An answer of the watch. */
  void answered(ServerIdentity by, WatchAnswer now, long nowNanos) {
    boolean back = !reachable && losses > 0;
    identity = by;
    answer = now;
    heard = true;
    reachable = true;
    answered = true;
    lastAnswerNanos = nowNanos;
    answers++;
    lastError = "";
    if (now.timeline() >= 0) {
      timeline = now.timeline();
    }
    if (now.inRecovery()) {
      replayPosition = Math.max(replayPosition, now.position());
    } else {
      replayPosition = Positions.UNKNOWN;
      lag(-1, -1);
    }
    if (back) {
      ejection.returned(nowNanos);
    }
  }

  /** Its connection ended: what it has replayed is not known until it answers again. */
  void disconnected() {
    replayPosition = Positions.UNKNOWN;
    lag(-1, -1);
  }

  /** It could not be reached. */
  void lost(String why) {
    disconnected();
    lastError = why;
    heard = true;
    if (reachable) {
      losses++;
    }
    reachable = false;
  }

  void lag(long bytes, long millis) {
    lagBytes = bytes;
    lagMillis = millis;
  }

  /** It must not be used for this reason, or may be again (null). */
  void refuse(@Nullable String why) {
    refused = why;
    if (why != null) {
      lastError = why;
    } else if (reachable) {
      lastError = "";
    }
  }

  @Nullable String refused() {
    return refused;
  }

  /** The role that the listener knows. */
  ServerRole toldRole() {
    return toldRole;
  }

  void toldRole(ServerRole role) {
    toldRole = role;
  }

  void countFailure() {
    failures++;
  }

  /** When it was chosen last, in choices; for taking turns. */
  long turn() {
    return turn;
  }

  void turn(long choice) {
    turn = choice;
  }

  long weightCredit() {
    return weightCredit;
  }

  void weightCredit(long credit) {
    weightCredit = credit;
  }

  @Override
  public String toString() {
    return address.toString();
  }
}
