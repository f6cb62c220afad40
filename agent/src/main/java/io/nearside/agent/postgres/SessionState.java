package io.nearside.agent.postgres;

import io.nearside.agent.postgres.sql.ClientEncodings;
import io.nearside.agent.postgres.sql.Effect;
import io.nearside.agent.postgres.sql.PinReason;
import io.nearside.agent.postgres.wire.Backend;
import io.nearside.agent.postgres.wire.ErrorFields;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client's session consists of besides its connection: parameters, prepared statements, pins
 * and the position of its last write. Moves with the client from one server connection to the next.
 * On the event loop.
 */
final class SessionState {
  private final Parameters wanted = new Parameters();
  private final Parameters initial;
  // As the client was told, by the name that servers use.
  private final Map<String, String> told = new HashMap<>();
  private final Map<String, Prepared> statements = new HashMap<>();
  private final Pins pins = new Pins();
  private final List<Effect> uncommitted = new ArrayList<>();
  private final List<PinReason> batchPins = new ArrayList<>();
  private final List<String> resets = new ArrayList<>();
  private final Set<String> startup;
  private @Nullable Prepared unnamed;
  private @Nullable String judgedEncoding;
  private boolean encodingSafe = true;
  private long token;
  private int tokenTimeline = -1;
  private boolean tokenUnknown;

  /**
   * @param initial what parameters go back to
   * @param startup the parameters that servers report which the startup message gave
   */
  SessionState(Parameters initial, Set<String> startup) {
    this.initial = initial;
    this.startup = startup;
  }

  /** What the client's parameters are to be on any connection that it uses. */
  Parameters wanted() {
    return wanted;
  }

  /** What the startup message does not say is as the server has it for everybody. */
  void beginFrom(Map<String, String> baseline) {
    baseline.forEach(
        (name, value) -> {
          String key = Parameters.key(name);
          Parameters.Assignment asked = wanted.tracked(key);
          if (asked != null && asked.literal()) {
            // Which parameters are reported depends on the server's version.
            wanted.untrack(key);
            initial.untrack(key);
            wanted.report(key, asked.text());
            startup.add(key);
          } else if (Parameters.isReportedSettable(key)) {
            if (wanted.reported(key) == null) {
              wanted.report(key, value);
            }
          }
        });
  }

  /** Which parameters the effects bring back to values of the client's startup message. */
  Set<String> resetsToStartup(List<Effect> effects) {
    if (effects.isEmpty() || startup.isEmpty()) {
      return Set.of();
    }
    Set<String> names = new HashSet<>();
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.ResetParameter reset -> names.add(reset.name());
        case Effect.ResetAll _, Effect.DiscardAll _ -> names.addAll(startup);
        default -> {}
      }
    }
    names.retainAll(startup);
    return names;
  }

  /** What the server said at login is what the client starts with. */
  void begin(Map<String, String> reported) {
    told.putAll(reported);
    reported.forEach((name, value) -> wanted.report(Parameters.key(name), value));
    initial.takeTracked(wanted);
    reported.forEach((name, value) -> initial.report(Parameters.key(name), value));
  }

  /** What the client was told of parameters, by the server's names. */
  Map<String, String> told() {
    return told;
  }

  /** Whether texts of the client can be read byte by byte. */
  boolean encodingIsSafe() {
    String encoding = wanted.reported("client_encoding");
    if (!Objects.equals(encoding, judgedEncoding)) {
      judgedEncoding = encoding;
      encodingSafe = encoding == null || ClientEncodings.isAsciiSafe(encoding);
    }
    return encodingSafe;
  }

  /** Whether the client has yet to hear that a parameter has this value; it has, afterwards. */
  boolean tell(String name, String value) {
    return !value.equals(told.put(name, value));
  }

  // ---- statements

  Map<String, Prepared> statements() {
    return statements;
  }

  static String name(byte[] name) {
    return new String(name, StandardCharsets.ISO_8859_1);
  }

  @Nullable Prepared unnamed() {
    return unnamed;
  }

  void unnamed(@Nullable Prepared statement) {
    unnamed = statement;
  }

  /** An error text that names one of our statements, as the client knows it. */
  ErrorFields inClientsWords(ErrorFields error) {
    ErrorFields words = error;
    for (Map.Entry<String, Prepared> each : statements.entrySet()) {
      String ours = new String(each.getValue().serverName(), StandardCharsets.US_ASCII);
      words = words.replaceInMessage(quoted(ours), quoted(each.getKey()));
    }
    return words;
  }

  private static byte[] quoted(String name) {
    return ('"' + name + '"').getBytes(StandardCharsets.ISO_8859_1);
  }

  // ---- pins

  Pins pins() {
    return pins;
  }

  boolean isPinned() {
    return !pins.isEmpty();
  }

  /** Whether anything but the pool's mode keeps the session where it is. */
  boolean isPinnedByState() {
    return pins.size() > (pins.contains(PinReason.SESSION_MODE) ? 1 : 0);
  }

  void pin(PinReason reason, long now) {
    if (pins.add(reason, now)) {
      batchPins.add(reason);
    }
  }

  void unpin(PinReason reason) {
    pins.remove(reason);
  }

  // ---- what statements change

  /**
   * Whether a text may mean something else than it did to others: in a transaction that failed or
   * changed something that the text depends on, or next to objects of this session's own.
   */
  boolean isUnsettled(ServerConnection server) {
    return server.status() == Backend.FAILED_TRANSACTION
        || !uncommitted.isEmpty()
        || isPinnedByState();
  }

  /** Stands for what the meaning of a text depends on beside the catalog. */
  int meaning() {
    String path = wanted.reported("search_path");
    return path != null ? path.hashCode() : Objects.hashCode(wanted.tracked("search_path"));
  }

  /** A batch is sent: what it may leave behind pins from now on. */
  void sent(List<Effect> effects, long now) {
    for (int i = 0; i < effects.size(); i++) {
      if (effects.get(i) instanceof Effect.Pin pin) {
        pin(pin.reason(), now);
      }
    }
  }

  /**
   * A batch was answered.
   *
   * @param failed whether with an error
   * @param rolledBack whether a transaction that was open before, or was begun in it, was rolled
   *     back
   * @param inTransaction whether one is open now
   */
  void answered(
      List<Effect> effects,
      boolean failed,
      boolean rolledBack,
      boolean inTransaction,
      ServerConnection server) {
    if (failed && !inTransaction) {
      for (PinReason reason : batchPins) {
        if (!reason.survivesRollback()) {
          pins.remove(reason);
        }
      }
    }
    batchPins.clear();
    if (!failed) {
      uncommitted.addAll(effects);
    }
    if (inTransaction) {
      return;
    }
    if (!rolledBack && !failed) {
      commit(server);
    }
    uncommitted.clear();
    wanted.takeReported(server.parameters());
    resetToInitial();
  }

  private void commit(ServerConnection server) {
    for (Effect effect : uncommitted) {
      switch (effect) {
        case Effect.SetParameter set -> {
          boolean reported =
              Parameters.isReportedSettable(set.name()) && !set.name().equals("search_path");
          if (!set.local() && !reported) {
            var assignment = new Parameters.Assignment(set.value(), false);
            wanted.track(set.name(), assignment);
            server.parameters().track(set.name(), assignment);
          }
        }
        case Effect.ResetParameter reset -> reset(reset.name(), server);
        case Effect.ResetAll _ -> resetAll(server);
        case Effect.DiscardAll _ -> {
          resetAll(server);
          statements.clear();
          unnamed = null;
          server.statements().clear();
          pins.clear(PinReason.SESSION_MODE);
        }
        case Effect.DeallocateAll _ -> {
          statements.clear();
          server.statements().clear();
        }
        case Effect.Deallocate deallocate -> statements.remove(deallocate.name());
        case Effect.Unpin unpin -> pins.remove(unpin.reason());
        case Effect.DiscardTemp _ -> pins.remove(PinReason.TEMPORARY_TABLE);
        case Effect.Pin _,
            Effect.ExecuteNamed _,
            Effect.PrepareNamed _,
            Effect.Savepoint _,
            Effect.Release _,
            Effect.RolledBackTo _,
            Effect.CatalogChange _ -> {}
      }
    }
  }

  private void reset(String name, ServerConnection server) {
    server.parameters().untrack(name);
    wanted.untrack(name);
    Parameters.Assignment assigned = initial.tracked(name);
    if (assigned != null) {
      wanted.track(name, assigned);
    }
    resets.add(name);
  }

  private void resetAll(ServerConnection server) {
    server.parameters().untrackAll();
    wanted.untrackAll();
    initial.takeTracked(wanted);
    resets.addAll(Parameters.reportedSettable());
  }

  /** RESET goes back to what this client's login asked for, not to what the server has. */
  private void resetToInitial() {
    for (String name : resets) {
      String value = initial.reported(name);
      if (value != null) {
        wanted.report(name, value);
      }
    }
    resets.clear();
  }

  // ---- token

  /** The position of the last write, 0 for none; a promotion voids it. */
  long token(int timeline) {
    return tokenTimeline == timeline ? token : 0;
  }

  /** Whether the last write was made before a promotion. */
  boolean hasOlderToken(int timeline) {
    return tokenTimeline >= 0 && tokenTimeline < timeline;
  }

  void token(long position, int timeline) {
    tokenUnknown = false;
    if (tokenTimeline != timeline || position > token) {
      token = position;
      tokenTimeline = timeline;
    }
  }

  /** Something was written, and where can not be known until the primary is asked again. */
  void tokenUnknown() {
    tokenUnknown = true;
  }

  boolean isTokenUnknown() {
    return tokenUnknown;
  }
}
