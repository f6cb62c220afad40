package io.nearside.agent.postgres;

import io.nearside.agent.postgres.sql.Effect;
import io.nearside.agent.postgres.sql.StatementKind;
import io.nearside.agent.postgres.wire.Frontend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks at a time: one simple query or function call, or the messages of the extended
 * protocol up to Sync; the unit of routing. Reused. On one event loop.
 */
final class Batch {
  private static final int BYTES_INITIAL = 1024;
  private static final int BYTES_KEPT_MAX = 64 * 1024;

  /** One message that names a statement or is one. */
  @SuppressWarnings("ArrayRecordComponent") // a name is bytes; never compared as a record
  record Named(@Nullable Prepared statement, byte[] name) {}

  private byte[] bytes = new byte[BYTES_INITIAL];
  private int length;
  private int[] starts = new int[8];
  private @Nullable Named[] named = new Named[8];
  private int count;
  // All that are named, and those of them that run.
  private final List<StatementText> texts = new ArrayList<>(4);
  private final List<StatementText> running = new ArrayList<>(4);
  private boolean complete;
  private boolean flushed;
  private boolean functionCall;
  private boolean anonymous;

  void add(byte[] from, int start, int end, @Nullable Named what) {
    int size = end - start;
    if (length + size > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + size));
    }
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      named = Arrays.copyOf(named, 2 * count);
    }
    System.arraycopy(from, start, bytes, length, size);
    starts[count] = length;
    named[count] = what;
    count++;
    length += size;
    byte type = from[start];
    complete |= type == Frontend.SYNC || type == Frontend.QUERY || type == Frontend.FUNCTION_CALL;
    functionCall |= type == Frontend.FUNCTION_CALL;
  }

  /** A statement that runs in it. */
  void runs(StatementText text) {
    texts.add(text);
    running.add(text);
  }

  /** A statement that is prepared in it. */
  void prepares(StatementText text) {
    texts.add(text);
  }

  /** Something runs in it that nothing is known of. */
  void unknownText() {
    anonymous = true;
  }

  /** The client asks for replies before the batch is over. */
  void flush() {
    flushed = true;
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  int count() {
    return count;
  }

  int start(int index) {
    return starts[index];
  }

  int end(int index) {
    return index + 1 < count ? starts[index + 1] : length;
  }

  @Nullable Named named(int index) {
    return named[index];
  }

  List<StatementText> texts() {
    return texts;
  }

  /** The statements that run, in order. */
  List<StatementText> running() {
    return running;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Whether nothing belongs to it any more: its end was seen. */
  boolean isComplete() {
    return complete;
  }

  boolean isFlushed() {
    return flushed;
  }

  /** Whether a simple query comes behind messages of the extended protocol, without a Sync. */
  boolean isMixed() {
    return count > 1 && bytes[starts[count - 1]] == Frontend.QUERY;
  }

  boolean isSimpleQuery() {
    return count == 1 && bytes[0] == Frontend.QUERY;
  }

  /** Whether it holds, besides what is known, what may do anything. */
  boolean isOpaque() {
    return functionCall || anonymous;
  }

  boolean runs(StatementKind kind) {
    for (StatementText text : running) {
      if (text.analysis().has(kind)) {
        return true;
      }
    }
    return false;
  }

  boolean hasEffects() {
    for (int i = 0; i < running.size(); i++) {
      if (!running.get(i).analysis().effects().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  List<Effect> effects() {
    if (!hasEffects()) {
      return List.of();
    }
    List<Effect> all = new ArrayList<>();
    running.forEach(text -> all.addAll(text.analysis().effects()));
    return all;
  }

  void clear() {
    if (bytes.length > BYTES_KEPT_MAX) {
      bytes = new byte[BYTES_INITIAL];
    }
    Arrays.fill(named, 0, count, null);
    length = 0;
    count = 0;
    texts.clear();
    running.clear();
    complete = false;
    flushed = false;
    functionCall = false;
    anonymous = false;
  }
}
