package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets a write of strongly consistent keys be sent only when no sidecar can serve the value from
 * before it: when its hold is granted and the {@link Anchor} says that nobody can be unknown to the
 * bus. Until then the session stops and is asked again, so that its commands keep their order;
 * other sessions go on. One per event loop.
 */
final class StrongWrites {
  private static final long ANCHOR_LOOK_MILLIS = 20;
  private static final String TOO_MANY = "too many writes wait for their holds";

  private final RedisLoop loop;

  /** What becomes of a command. */
  sealed interface Admission {}

  /** It may be sent; what it is sent under is with the session, if it needs anything. */
  record Admitted() implements Admission {}

  /** The session waits, and asks again. */
  record Waiting() implements Admission {}

  /**
   * It is not sent.
   *
   * @param error what the client is told
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Refused(byte[] error) implements Admission {}

  private static final Admission ADMITTED = new Admitted();
  private static final Admission WAITING = new Waiting();

  StrongWrites(RedisLoop loop) {
    this.loop = loop;
  }

  /** Whether any key may be strongly consistent at all. */
  boolean areOn() {
    return loop.face().settings().hasStrong();
  }

  /**
   * Whether a command may be sent now.
   *
   * @param write what it may change; null for nothing
   */
  Admission admit(Session session, @Nullable Write write) {
    if (write == null || !areOn()) {
      return ADMITTED;
    }
    StrongWrite asked = session.strongWrite();
    if (asked != null) {
      return look(session, asked);
    }
    List<Key.Stored> keys = strong(write);
    return keys == null ? ADMITTED : ask(session, keys);
  }

  /** The keys to be held, none for all; null where no key is strong. */
  private @Nullable List<Key.Stored> strong(Write write) {
    if (write.changesAcl()) {
      return null;
    }
    List<Key.Stored> keys = write.keys();
    if (keys.isEmpty()) {
      return keys;
    }
    Policy[] policies = loop.face().settings().policies();
    List<Key.Stored> strong =
        keys.stream().filter(key -> Policy.isStrong(policies, key.canonical())).toList();
    return strong.isEmpty() ? null : strong;
  }

  private Admission ask(Session session, List<Key.Stored> keys) {
    var strong = new StrongWrite(loop.coherence(), keys, System.nanoTime());
    if (!strong.ask(() -> loop.later(() -> session.askAgain(strong)))) {
      strong.settle();
      return refused(TOO_MANY);
    }
    session.strongWrite(strong);
    Admission admission = look(session, strong);
    if (admission instanceof Waiting) {
      loop.after(loop.face().strong().figures().waitMillisMax(), () -> session.askAgain(strong));
    }
    return admission;
  }

  private Admission look(Session session, StrongWrite strong) {
    // The clock of now: a process that was stopped since it was granted must not send any more.
    long now = System.nanoTime();
    long waited = now - strong.askedNanos();
    boolean granted = strong.isGranted();
    boolean anchored = loop.face().strong().anchor().mayWrite(now);
    if (waited >= loop.face().strong().figures().waitMillisMax() * 1_000_000) {
      session.strongWrite(null);
      strong.settle();
      return refused(
          granted && !anchored
              ? loop.face().strong().anchor().detail()
              : "not granted in time: " + loop.coherence().bus().strongDetail());
    }
    if (granted && anchored) {
      loop.face().strong().figures().held(waited);
      return ADMITTED;
    }
    session.waitForGrant();
    if (granted) {
      loop.after(ANCHOR_LOOK_MILLIS, () -> session.askAgain(strong));
    }
    return WAITING;
  }

  private Refused refused(String why) {
    loop.face().strong().figures().refused();
    return new Refused(Errors.strongRefused(why));
  }
}
