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

  private List<Integer> drain() {
    List<Publication> taken = new ArrayList<>();
    queue.drainTo(taken);
    return taken.stream().map(Publication::weight).toList();
  }

  private static Publication keys(int count) {
    return new Publication.Written(0, Collections.nCopies(count, new byte[1]), 0);
  }
}
