package io.nearside.agent.cache.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SharesTest {
  private static final List<String> TEN =
      IntStream.range(0, 10).mapToObj(i -> "sidecar-" + i).toList();

  private static List<String> without(String self) {
    return TEN.stream().filter(other -> !other.equals(self)).toList();
  }

  @Test
  void owns_ofTenSidecars_isExactlyOneEach() {
    int[] shares = new int[TEN.size()];
    for (int i = 0; i < 2_000; i++) {
      HotRead read = HotListTest.read("key:" + i);
      int owners = 0;
      for (int s = 0; s < TEN.size(); s++) {
        if (Shares.owns(TEN.get(s), without(TEN.get(s)), read)) {
          owners++;
          shares[s]++;
        }
      }
      assertEquals(1, owners, "owners of key:" + i);
    }
    for (int share : shares) {
      assertTrue(share > 130 && share < 280, "a share of 2000 over 10 is " + share);
    }
  }

  @Test
  void owns_oneGone_movesOnlyItsShare() {
    List<String> nine = TEN.subList(0, 9);
    for (int i = 0; i < 500; i++) {
      HotRead read = HotListTest.read("key:" + i);
      boolean lost = Shares.owns("sidecar-9", without("sidecar-9"), read);
      for (String self : nine) {
        boolean before = Shares.owns(self, without(self), read);
        List<String> others = nine.stream().filter(other -> !other.equals(self)).toList();
        assertTrue(lost || before == Shares.owns(self, others, read), "key:" + i + " moved");
      }
    }
  }

  @Test
  void owns_alone_isEverything() {
    assertTrue(Shares.owns("a", List.of(), HotListTest.read("k")));
  }
}
