package io.nearside.cluster.hazelcast;

import com.hazelcast.core.EntryEvent;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryExpiredListener;
import com.hazelcast.map.listener.EntryRemovedListener;
import io.nearside.cluster.PeerTransport.TransportMember;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Who is there, where the sidecars are clients: each has an entry in a map of the cluster that ends
 * by itself unless it is refreshed. Changes are told as they come; the whole map is read seldom,
 * against events that were lost, and the more seldom the larger the fleet is.
 *
 * <p>{@link #enter}, {@link #refresh} and {@link #leave} block and are for one thread.
 */
final class Presence
    implements EntryAddedListener<String, String>,
        EntryRemovedListener<String, String>,
        EntryExpiredListener<String, String> {
  private static final long LIST_NANOS_MIN = TimeUnit.SECONDS.toNanos(2);
  private static final long LIST_NANOS_PER_MEMBER = TimeUnit.MILLISECONDS.toNanos(10);

  private final IMap<String, String> entries;
  private final TransportMember self;
  private final long lifeMillis;
  private final Consumer<List<TransportMember>> told;

  /** Addresses by id, without our own; guarded by the monitor. */
  private final Map<String, String> others = new LinkedHashMap<>();

  /** What changed while the map is read, to be applied to what was read; guarded likewise. */
  private final List<Runnable> meanwhile = new ArrayList<>();

  private boolean reading;

  /** The one thread's own. */
  private long refreshedNanos;

  private long listedNanos;

  /**
   * Of one life.
   *
   * @param lifeMillis after how long without a refresh an entry ends
   * @param told all others, after each change
   */
  Presence(
      IMap<String, String> entries,
      TransportMember self,
      long lifeMillis,
      Consumer<List<TransportMember>> told) {
    this.entries = entries;
    this.self = self;
    this.lifeMillis = lifeMillis;
    this.told = told;
  }

  /** From now on the others see us; answers whom we see. */
  List<TransportMember> enter() {
    entries.addEntryListener(this, true);
    put();
    list();
    return others();
  }

  /** To be called well within an entry's life. */
  void refresh() {
    put();
    long period = Math.max(LIST_NANOS_MIN, count() * LIST_NANOS_PER_MEMBER);
    if (System.nanoTime() - listedNanos >= period) {
      list();
      tell();
    }
  }

  /** Tells them all, and never an older list after a newer one. */
  synchronized void tell() {
    told.accept(others());
  }

  /** Whether our entry may have ended, so that the others may have given us up. */
  boolean isExpired() {
    return System.nanoTime() - refreshedNanos > TimeUnit.MILLISECONDS.toNanos(lifeMillis);
  }

  void leave() {
    entries.delete(self.id());
  }

  private void put() {
    long now = System.nanoTime();
    entries.set(self.id(), self.address(), lifeMillis, TimeUnit.MILLISECONDS);
    refreshedNanos = now;
  }

  private void list() {
    listedNanos = System.nanoTime();
    synchronized (this) {
      reading = true;
      meanwhile.clear();
    }
    try {
      var read = entries.entrySet();
      synchronized (this) {
        others.clear();
        read.forEach(entry -> others.put(entry.getKey(), entry.getValue()));
        others.remove(self.id());
        meanwhile.forEach(Runnable::run);
      }
    } finally {
      synchronized (this) {
        reading = false;
      }
    }
  }

  private synchronized int count() {
    return others.size();
  }

  private synchronized List<TransportMember> others() {
    return others.entrySet().stream()
        .map(entry -> new TransportMember(entry.getKey(), entry.getValue()))
        .toList();
  }

  @Override
  public void entryAdded(EntryEvent<String, String> event) {
    changed(event.getKey(), () -> others.put(event.getKey(), event.getValue()));
  }

  @Override
  public void entryRemoved(EntryEvent<String, String> event) {
    changed(event.getKey(), () -> others.remove(event.getKey()));
  }

  @Override
  public void entryExpired(EntryEvent<String, String> event) {
    changed(event.getKey(), () -> others.remove(event.getKey()));
  }

  private void changed(String id, Runnable change) {
    if (id.equals(self.id())) {
      return;
    }
    synchronized (this) {
      change.run();
      if (reading) {
        meanwhile.add(change);
      }
      tell();
    }
  }
}
