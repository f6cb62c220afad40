package io.nearside.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PublishQueueTest {
  private final PublishQueue queue = new PublishQueue(3);

  @Test
  void offer_upToLimit_isTakenInOrder() {
    assertTrue(queue.offer(keys(2)));
    assertTrue(queue.offer(keys(1)));
    assertEquals(List.of(2, 1), drain());
    assertFalse(queue.takeOverflow());
  }

  @Test
  void offer_beyondLimit_isDroppedAndRemembered() {
    assertTrue(queue.offer(keys(3)));
    assertFalse(queue.offer(keys(1)));
    assertEquals(List.of(3), drain());
    assertTrue(queue.takeOverflow());
    assertFalse(queue.takeOverflow());
  }

  @Test
  void offer_moreKeysThanEverFit_isDropped() {
    assertFalse(queue.offer(keys(4)));
    assertTrue(queue.takeOverflow());
    assertTrue(queue.offer(keys(3)), "the refused one takes no room");
  }

  @Test
  void offer_afterDrain_hasRoomAgain() {
    for (int round = 0; round < 10; round++) {
      assertTrue(queue.offer(keys(3)));
      assertEquals(List.of(3), drain());
    }
  }

  @Test
  void offer_fromManyThreads_losesNothingUnrecorded() throws InterruptedException {
    PublishQueue shared = new PublishQueue(50);
    List<Thread> threads = new ArrayList<>();
    int[] accepted = new int[4];
    for (int t = 0; t < accepted.length; t++) {
      int index = t;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 20_000; i++) {
                      accepted[index] += shared.offer(keys(1)) ? 1 : 0;
                    }
                  }));
    }
    List<Publication> taken = new ArrayList<>();
    while (threads.stream().anyMatch(Thread::isAlive)) {
      shared.drainTo(taken);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    shared.drainTo(taken);
    int sum = accepted[0] + accepted[1] + accepted[2] + accepted[3];
    assertEquals(sum, taken.size());
    assertEquals(sum < 80_000, shared.takeOverflow());
  }

  @Test
  void offer_positionsOfOneStream_onlyTheFurthestWaitsInThePlaceOfTheFirst() {
    assertTrue(queue.offer(position("s", 1, 50)));
    assertTrue(queue.offer(keys(1)));
    assertTrue(queue.offer(position("s", 1, 70)));
    assertTrue(queue.offer(position("s", 1, 60)));
    assertTrue(queue.offer(position("t", 1, 9)));
    List<Publication> taken = new ArrayList<>();
    queue.drainTo(taken);
    assertEquals(List.of("s 1/70", "keys", "t 1/9"), described(taken));
    assertTrue(queue.offer(position("s", 2, 5)), "a later timeline begins anew");
    assertTrue(queue.offer(position("s", 1, 80)));
    taken.clear();
    queue.drainTo(taken);
    assertEquals(List.of("s 2/5"), described(taken));
    assertFalse(queue.takeOverflow());
  }

  @Test
  void offer_positionWithoutRoom_isDroppedAndRemembered() {
    assertTrue(queue.offer(keys(3)));
    assertFalse(queue.offer(position("s", 1, 1)));
    assertTrue(queue.takeOverflow());
    drain();
    assertTrue(queue.offer(position("s", 1, 1)));
    assertTrue(queue.offer(keys(2)));
    assertTrue(queue.offer(position("s", 1, 2)), "takes no more room than it has");
    assertFalse(queue.takeOverflow());
  }

  @Test
  void offer_moreStreamsThanMayWait_isDroppedAndRemembered() {
    PublishQueue wide = new PublishQueue(1_000);
    for (int i = 0; i < PublishQueue.STREAMS_MAX; i++) {
      assertTrue(wide.offer(position("s" + i, 1, 1)));
    }
    assertTrue(wide.offer(position("s0", 1, 2)), "a known one has its place");
    assertFalse(wide.offer(position("one more", 1, 1)));
    assertTrue(wide.takeOverflow());
    List<Publication> taken = new ArrayList<>();
    wide.drainTo(taken);
    assertEquals(PublishQueue.STREAMS_MAX, taken.size());
    assertTrue(wide.offer(position("one more", 1, 1)));
  }

  @Test
  void offer_positionsFromManyThreads_theLastTakenIsTheFurthest() throws InterruptedException {
    PublishQueue shared = new PublishQueue(1_000);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int first = t;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = first; i < 100_000; i += 4) {
                      shared.offer(position("s", 1, i));
                    }
                  }));
    }
    List<Publication> taken = new ArrayList<>();
    while (threads.stream().anyMatch(Thread::isAlive)) {
      shared.drainTo(taken);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    shared.drainTo(taken);
    long furthest = 0;
    for (Publication each : taken) {
      furthest = Math.max(furthest, ((Publication.Moved) each).to().position());
    }
    assertEquals(99_999, furthest);
    assertFalse(shared.takeOverflow());
  }

  private static List<String> described(List<Publication> publications) {
    return publications.stream()
        .map(
            each ->
                each instanceof Publication.Moved moved
                    ? moved.to().stream()
                        + " "
                        + moved.to().timeline()
                        + "/"
                        + moved.to().position()
                    : "keys")
        .toList();
  }

  private static Publication position(String stream, long timeline, long position) {
    return new Publication.Moved(new BusMessage.StreamPosition(stream, timeline, position), 0);
  }

  private List<Integer> drain() {
    List<Publication> taken = new ArrayList<>();
    queue.drainTo(taken);
    return taken.stream().map(Publication::weight).toList();
  }

  private static Publication keys(int count) {
    return new Publication.Written(0, Collections.nCopies(count, new byte[1]), 0);
  }
}
