package io.nearside.agent.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random operations on a near-cache and on a plain model of it, compared after every step. */
final class NearCacheModelTest {
  private static final int RUNS = 30;
  private static final int STEPS = 1000;
  private static final int VARIANTS_MAX = 2;
  private static final int ENTRY_BYTES_MAX = 64;
  private static final int[] DATABASES = {0, 1, 62, 63, 64, 200};
  private static final String[] COMMANDS = {"GET", "STRLEN", "TYPE"};

  private record Place(int database, String name) {}

  private record Question(int scope, String command) {}

  @SuppressWarnings("ArrayRecordComponent") // compared by identity
  private record Held(Question question, byte[] reply, long filledNanos, long expiresNanos) {}

  private static final class Lease {
    final Place place;
    final Question question;
    final long startedNanos;
    final Fill fill;
    boolean broken;

    Lease(Place place, Question question, long startedNanos, Fill fill) {
      this.place = place;
      this.question = question;
      this.startedNanos = startedNanos;
      this.fill = fill;
    }
  }

  private final Map<Place, List<Held>> model = new HashMap<>();
  private final List<Lease> leases = new ArrayList<>();
  private final List<Place> writes = new ArrayList<>();
  private final List<Boolean> epochWrites = new ArrayList<>();
  private Random random = new Random(0);
  private long now;
  private NearCache cache = newCache();
  private List<String> names = List.of();

  @Test
  void randomOperations_anyOrder_agreeWithTheModel() {
    long seed = System.nanoTime();
    for (int run = 0; run < RUNS; run++) {
      random = new Random(seed + run);
      now = random.nextLong();
      model.clear();
      leases.clear();
      writes.clear();
      epochWrites.clear();
      cache = newCache();
      names = names(5);
      for (int step = 0; step < STEPS; step++) {
        String did = step();
        check("seed " + (seed + run) + " step " + step + " after " + did);
      }
    }
  }

  private NearCache newCache() {
    return new NearCache(1 << 24, ENTRY_BYTES_MAX, VARIANTS_MAX, () -> now);
  }

  /** Names that do not break each other's leases by chance; one is too long to be itself. */
  private static List<String> names(int count) {
    List<String> names = new ArrayList<>();
    Set<Integer> stripes = new HashSet<>();
    for (int i = 0; names.size() < count; i++) {
      String name = names.isEmpty() ? "k".repeat(513 + i) : "k" + i;
      int hash = key(new Place(0, name)).hash;
      if (stripes.add((hash ^ (hash >>> 16)) & (NearCache.STRIPES - 1))) {
        names.add(name);
      }
    }
    return names;
  }

  private String step() {
    now += 1 + random.nextInt(1_000_000);
    return switch (random.nextInt(22)) {
      case 0, 1, 2, 3, 4, 5 -> beginFill();
      case 6, 7, 8, 9, 10, 11, 12 -> commit();
      case 13, 14 -> beginWrite();
      case 15, 16 -> endWrite();
      case 17 -> invalidate();
      case 18 -> random.nextInt(4) == 0 ? moveEpoch() : invalidate();
      case 19 -> random.nextInt(3) == 0 ? beginEpochWrite() : endEpochWrite();
      case 20 -> endEpochWrite();
      default -> random.nextInt(4) == 0 ? invalidateMatching() : beginFill();
    };
  }

  private String beginFill() {
    Place place = place();
    String command = COMMANDS[random.nextInt(COMMANDS.length)] + " " + place.name;
    Question question = new Question(1 + random.nextInt(2), command);
    boolean writing =
        !epochWrites.isEmpty() || writes.stream().anyMatch(w -> w.name.equals(place.name));
    Fill fill = cache.beginFill(key(place), question.scope, latin(command));
    assertEquals(writing, fill == null, "lease on " + place);
    if (fill != null) {
      leases.add(new Lease(place, question, now, fill));
    }
    return "beginFill " + place;
  }

  private String commit() {
    if (leases.isEmpty()) {
      return beginFill();
    }
    Lease lease = leases.remove(random.nextInt(leases.size()));
    byte[] reply = new byte[random.nextInt(ENTRY_BYTES_MAX + 2)];
    long ttlMillis = random.nextInt(60) - 2L;
    assertEquals(!lease.broken, cache.intact(lease.fill));
    boolean stored = cache.commit(lease.fill, reply, ttlMillis);
    assertEquals(modelCommit(lease, reply, ttlMillis), stored, "commit of " + lease.place);
    return "commit " + lease.place;
  }

  private boolean modelCommit(Lease lease, byte[] reply, long ttlMillis) {
    long expires = lease.startedNanos + ttlMillis * 1_000_000;
    if (expires - now <= 0 || reply.length > ENTRY_BYTES_MAX || lease.broken) {
      return false;
    }
    List<Held> held = model.computeIfAbsent(lease.place, p -> new ArrayList<>());
    for (Held other : held) {
      if (other.question.equals(lease.question) && other.filledNanos - lease.startedNanos >= 0) {
        model.remove(lease.place);
        breakLeases(lease.place.name);
        return false;
      }
    }
    held.removeIf(other -> other.question.equals(lease.question));
    held.add(0, new Held(lease.question, reply, now, expires));
    if (held.size() > VARIANTS_MAX) {
      held.remove(VARIANTS_MAX);
    }
    return true;
  }

  private String beginWrite() {
    Place place = placeOrEvery();
    writes.add(place);
    cache.beginWrite(key(place), "test");
    drop(place);
    return "beginWrite " + place;
  }

  private String endWrite() {
    if (writes.isEmpty()) {
      return "nothing";
    }
    Place place = writes.remove(random.nextInt(writes.size()));
    cache.endWrite(key(place));
    breakLeases(place.name);
    return "endWrite " + place;
  }

  private String invalidate() {
    Place place = placeOrEvery();
    cache.invalidate(key(place), "test");
    drop(place);
    return "invalidate " + place;
  }

  private String moveEpoch() {
    cache.moveEpoch();
    dropAll();
    return "moveEpoch";
  }

  private String beginEpochWrite() {
    boolean move = random.nextBoolean();
    cache.beginEpochWrite(move);
    epochWrites.add(move);
    if (move) {
      dropAll();
    }
    return "beginEpochWrite " + move;
  }

  private String endEpochWrite() {
    if (epochWrites.isEmpty()) {
      return "nothing";
    }
    epochWrites.remove(epochWrites.size() - 1);
    boolean move = random.nextBoolean();
    cache.endEpochWrite(move);
    if (move) {
      dropAll();
    }
    return "endEpochWrite " + move;
  }

  private String invalidateMatching() {
    Place place = place();
    byte[] canonical = key(place).toStored().canonical();
    int removed = cache.invalidateMatching(bytes -> Arrays.equals(bytes, canonical), "test");
    long held =
        model.entrySet().stream()
            .filter(e -> e.getKey().name.equals(place.name) && !e.getValue().isEmpty())
            .count();
    assertEquals(held, removed);
    drop(new Place(NearCache.EVERY_DATABASE, place.name));
    leases.forEach(lease -> lease.broken = true);
    return "invalidateMatching " + place.name;
  }

  private void drop(Place place) {
    Iterator<Place> places = model.keySet().iterator();
    while (places.hasNext()) {
      Place held = places.next();
      boolean here = place.database == NearCache.EVERY_DATABASE || place.database == held.database;
      if (here && held.name.equals(place.name)) {
        places.remove();
      }
    }
    breakLeases(place.name);
  }

  private void dropAll() {
    model.clear();
    leases.forEach(lease -> lease.broken = true);
  }

  private void breakLeases(String name) {
    for (Lease lease : leases) {
      lease.broken = lease.broken || lease.place.name.equals(name);
    }
  }

  private void check(String about) {
    for (int database : DATABASES) {
      for (String name : names) {
        for (String command : COMMANDS) {
          check(new Place(database, name), new Question(1, command + " " + name), about);
          check(new Place(database, name), new Question(2, command + " " + name), about);
        }
      }
    }
  }

  private void check(Place place, Question question, String about) {
    byte[] frame = latin(question.command);
    byte[] reply = cache.lookup(key(place), question.scope, frame, 0, frame.length, now);
    assertSame(expected(place, question), reply, about + ": " + question + " at " + place);
  }

  private byte @Nullable [] expected(Place place, Question question) {
    for (Held held : model.getOrDefault(place, List.of())) {
      if (held.question.equals(question)) {
        return held.expiresNanos - now > 0 ? held.reply : null;
      }
    }
    return null;
  }

  private Place place() {
    return new Place(
        DATABASES[random.nextInt(DATABASES.length)], names.get(random.nextInt(names.size())));
  }

  private Place placeOrEvery() {
    Place place = place();
    return random.nextInt(3) == 0 ? new Place(NearCache.EVERY_DATABASE, place.name) : place;
  }

  private static Key.Probe key(Place place) {
    byte[] bytes = latin(place.name);
    return new Key.Probe().set(place.database, bytes, 0, bytes.length);
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
