package io.nearside.agent.cache.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HotListTest {
  static HotRead read(String key) {
    return new HotRead(
        0,
        2,
        ("*2\r\n$3\r\nGET\r\n$" + key.length() + "\r\n" + key + "\r\n")
            .getBytes(StandardCharsets.UTF_8));
  }

  static HotEntry entry(String key, int heat) {
    return new HotEntry(read(key), heat, HotEntry.ENDLESS);
  }

  @Test
  void top_ofSeveral_isTheHottestFirst() {
    var list = new HotList();
    list.add(read("a"), 1, HotEntry.ENDLESS);
    list.add(read("b"), 3, HotEntry.ENDLESS);
    list.add(read("a"), 4, 500);
    assertEquals(List.of(new HotEntry(read("a"), 5, 500), entry("b", 3)), list.top(9));
    assertEquals(List.of(new HotEntry(read("a"), 5, 500)), list.top(1));
    assertEquals(5, list.heat(read("a")));
    assertEquals(0, list.heat(read("c")));
  }

  @Test
  void age_again_forgetsWhatIsCold() {
    var list = new HotList();
    list.add(read("a"), 4, HotEntry.ENDLESS);
    list.add(read("b"), 1, HotEntry.ENDLESS);
    list.age();
    assertEquals(List.of(entry("a", 2)), list.top(9));
    assertFalse(list.contains(read("b")));
    list.age();
    list.age();
    assertEquals(0, list.size());
  }

  @Test
  void trim_beyondTheLimit_keepsTheHottest() {
    var list = new HotList();
    for (int i = 0; i < 10; i++) {
      list.add(read("k" + i), i + 1, HotEntry.ENDLESS);
    }
    list.trim(3);
    assertEquals(List.of(entry("k9", 10), entry("k8", 9), entry("k7", 8)), list.top(9));
  }

  @Test
  void merge_ofSeveralPeers_addsHeat() {
    List<HotEntry> one = List.of(entry("a", 5), new HotEntry(read("b"), 4, 100));
    List<HotEntry> two = List.of(new HotEntry(read("b"), 4, 700), new HotEntry(read("a"), 1, 9));
    assertEquals(
        List.of(new HotEntry(read("b"), 8, 700), entry("a", 6)),
        HotList.merge(List.of(one, two), 9));
    assertEquals(1, HotList.merge(List.of(one, two), 1).size());
  }

  @Test
  void heat_beyondTheRange_staysAtTheEnd() {
    var list = new HotList();
    list.add(read("a"), Integer.MAX_VALUE, HotEntry.ENDLESS);
    list.add(read("a"), 1, HotEntry.ENDLESS);
    assertEquals(Integer.MAX_VALUE, list.top(1).getFirst().heat());
  }

  @Test
  void read_sameLineElsewhere_isAnother() {
    byte[] frame = read("a").frame();
    assertEquals(read("a"), new HotRead(0, 2, frame.clone()));
    assertFalse(read("a").equals(new HotRead(1, 2, frame)));
    assertFalse(read("a").equals(new HotRead(0, 3, frame)));
    assertTrue(!read("a").toString().contains("GET"), "keys are not for logs");
  }
}
