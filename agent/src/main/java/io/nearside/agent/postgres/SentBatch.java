package io.nearside.agent.postgres;

import io.nearside.agent.postgres.sql.Effect;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What has to be known of a batch when its ReadyForQuery comes. On the event loop. */
final class SentBatch {
  private final long sinceNanos;
  private List<Effect> effects = List.of();
  private Set<String> restoring = Set.of();
  private @Nullable StatementText text;
  private boolean complete;

  SentBatch(long sinceNanos) {
    this.sinceNanos = sinceNanos;
  }

  /** More of it was sent. */
  void add(
      List<Effect> more, Set<String> toRestore, @Nullable StatementText lastText, boolean ends) {
    if (!more.isEmpty()) {
      List<Effect> all = new ArrayList<>(effects);
      all.addAll(more);
      effects = all;
    }
    if (!toRestore.isEmpty()) {
      Set<String> all = new HashSet<>(restoring);
      all.addAll(toRestore);
      restoring = all;
    }
    text = lastText == null ? text : lastText;
    complete |= ends;
  }

  long sinceNanos() {
    return sinceNanos;
  }

  /** What its statements change in the session, in order. */
  List<Effect> effects() {
    return effects;
  }

  /** Parameters that a RESET in it brings back to the client's startup values. */
  Set<String> restoring() {
    return restoring;
  }

  /** Its last statement, by which it is counted; null for none that is known. */
  @Nullable StatementText text() {
    return text;
  }

  boolean isComplete() {
    return complete;
  }
}
