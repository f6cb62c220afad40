package io.nearside.agent.redis;

import io.nearside.agent.cache.HotReply;
import io.nearside.agent.cache.warm.HotEntry;
import io.nearside.agent.cache.warm.HotList;
import io.nearside.agent.cache.warm.HotRead;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Remembers what is hot here. The near-cache itself forgets it with every epoch, and the epoch
 * moves whenever a newcomer is first heard, just before it asks. Only what the sidecar's own user
 * reads: another's rights are not known here. Safe from any thread; not for event loops, as a look
 * takes time in proportion to what is remembered.
 */
final class HeatWatch {
  /** Reads colder than this are not refreshed before somebody asks. */
  static final int WARM_HEAT = 2;

  private final RedisFace face;
  private final Warmable.Judge judge;
  private final HotList list = new HotList();

  HeatWatch(RedisFace face) {
    this.face = face;
    this.judge = new Warmable.Judge(face);
  }

  /** Takes what was hit since the last look. */
  synchronized void look() {
    refreshable(-1);
  }

  /** As {@link #look}; those of the hot reads whose entries end within so many milliseconds. */
  synchronized List<HotRead> refreshable(long withinMillis) {
    int max = face.settings().config().redis().warm().keysMax();
    Map<Integer, Scope> own = new HashMap<>();
    for (Scope scope : face.scopes()) {
      if (Objects.equals(scope.credentials(), face.initialScope().credentials())) {
        own.put(scope.id(), scope);
      }
    }
    List<HotRead> ending = new ArrayList<>();
    int seen = 0;
    for (HotReply reply : face.cache().hottest(max)) {
      Scope scope = own.get(reply.scope());
      if (scope == null || ++seen > max) {
        continue;
      }
      var read = new HotRead(reply.database(), scope.protocol(), reply.frame());
      // The fill itself was asked for once.
      int heat = reply.hits() + (list.contains(read) ? 0 : 1);
      if (heat > 0) {
        list.add(read, heat, ttlMillis(read, reply));
      }
      if (list.heat(read) >= WARM_HEAT && reply.leftMillis() < withinMillis) {
        ending.add(read);
      }
    }
    list.trim(max);
    return ending;
  }

  /** An entry that lives as long as its policy lets it says nothing of its key's end. */
  private long ttlMillis(HotRead read, HotReply reply) {
    Warmable warmable = judge.of(read);
    return warmable == null || reply.lifeMillis() >= face.ttlCapMillis(warmable.policy())
        ? HotEntry.ENDLESS
        : Math.max(0, reply.leftMillis());
  }

  synchronized void age() {
    list.age();
  }

  synchronized int size() {
    return list.size();
  }

  /** The hottest, hottest first. */
  synchronized List<HotEntry> top(int max) {
    return list.top(max);
  }
}
