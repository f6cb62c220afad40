package io.nearside.agent.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the near-cache knows of one key.
 *
 * @param held whether an entry of the current epoch is there
 * @param writeInFlight whether a write of it (or of a key of the same stripe) is on its way, so
 *     that nothing is stored
 * @param lastInvalidatedBy a sidecar's id, {@code tracking}, {@code local} or {@code admin}; null
 *     when not known
 * @param lastInvalidatedMillisAgo -1 when not known
 */
public record KeyDescription(
    boolean held,
    List<HeldReply> replies,
    boolean writeInFlight,
    @Nullable String lastInvalidatedBy,
    long lastInvalidatedMillisAgo) {

  /**
   * One reply that is held.
   *
   * @param command what it answers
   * @param expiresInMillis negative when it is over and not yet evicted
   */
  public record HeldReply(
      String command, int scope, int replyBytes, long ageMillis, long expiresInMillis) {}

  static KeyDescription of(
      @Nullable Entry entry,
      Function<byte[], String> label,
      long now,
      boolean writeInFlight,
      InvalidationNotes.@Nullable Note note) {
    List<HeldReply> replies = new ArrayList<>();
    if (entry != null) {
      for (Entry.Variant v : entry.variants()) {
        replies.add(
            new HeldReply(
                label.apply(v.frame()),
                v.scope(),
                v.reply().length,
                (now - v.filledNanos()) / 1_000_000,
                (v.expiresNanos() - now) / 1_000_000));
      }
    }
    return new KeyDescription(
        entry != null,
        List.copyOf(replies),
        writeInFlight,
        note == null ? null : note.by(),
        note == null ? -1 : note.ageMillis());
  }
}
