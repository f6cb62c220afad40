package io.nearside.agent.redis;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A read that is on its way under a lease, and those who asked the same meanwhile (single flight).
 * Stays on one event loop.
 */
final class Flight {
  private final Filling filling;
  private @Nullable List<FilledRead.Joined> joined;

  Flight(Filling filling) {
    this.filling = filling;
  }

  byte[] frame() {
    return filling.frame();
  }

  /** Whether a reader who comes now may have this reply too. */
  boolean joinable() {
    return filling.shareable();
  }

  /** One more client is owed the same reply. */
  void join(FilledRead.Joined reader) {
    if (joined == null) {
      joined = new ArrayList<>(4);
    }
    joined.add(reader);
  }

  /** The reply is whole: everybody gets it. */
  void arrived() {
    for (FilledRead.Joined reader : take()) {
      if (filling.overflow()) {
        reader.askAgain(frame());
      } else {
        reader.deliver(filling.whole());
      }
    }
  }

  /** There will be no reply: everybody asks for themselves. */
  void lost() {
    take().forEach(reader -> reader.askAgain(frame()));
  }

  private List<FilledRead.Joined> take() {
    List<FilledRead.Joined> readers = joined;
    joined = null;
    return readers == null ? List.of() : readers;
  }
}
