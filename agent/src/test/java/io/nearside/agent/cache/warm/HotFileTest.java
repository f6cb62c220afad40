package io.nearside.agent.cache.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HotFileTest {
  private static final List<HotEntry> LIST =
      List.of(HotListTest.entry("a", 7), new HotEntry(HotListTest.read("b"), 3, 5_000));

  @TempDir Path folder;

  @Test
  void read_afterWrite_isTheSame() throws IOException, MalformedWarmingException {
    var file = new HotFile(folder.resolve("hot"));
    assertFalse(file.exists());
    file.write(List.of());
    assertEquals(List.of(), file.read());
    file.write(LIST);
    assertTrue(file.exists());
    assertEquals(LIST, file.read());
    try (var names = Files.list(folder)) {
      assertEquals(List.of(folder.resolve("hot")), names.toList(), "nothing is left beside it");
    }
  }

  @Test
  void read_anyByteDamaged_isRefused() throws IOException {
    Path path = folder.resolve("hot");
    var file = new HotFile(path);
    file.write(LIST);
    byte[] good = Files.readAllBytes(path);
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 0x10;
      Files.write(path, bad);
      assertThrows(MalformedWarmingException.class, file::read, "byte " + i);
      Files.write(path, Arrays.copyOf(good, i));
      assertThrows(MalformedWarmingException.class, file::read, "cut at " + i);
    }
  }

  @Test
  void read_foreignOrHuge_isRefused() throws IOException {
    Path path = folder.resolve("hot");
    Files.writeString(path, "user:1\nuser:2\n".repeat(100));
    assertThrows(MalformedWarmingException.class, new HotFile(path)::read);
    Files.write(path, new byte[HotFile.BYTES_MAX + 1]);
    assertThrows(MalformedWarmingException.class, new HotFile(path)::read);
  }

  @Test
  void write_longList_isBounded() throws IOException, MalformedWarmingException {
    List<HotEntry> list = new ArrayList<>();
    byte[] frame = new byte[HotRead.FRAME_BYTES_MAX];
    for (int i = 0; i < 5_000; i++) {
      list.add(new HotEntry(new HotRead(i, 2, frame), 5_000 - i, HotEntry.ENDLESS));
    }
    Path path = folder.resolve("hot");
    var file = new HotFile(path);
    file.write(list);
    assertTrue(Files.size(path) <= HotFile.BYTES_MAX);
    List<HotEntry> kept = file.read();
    assertTrue(kept.size() > 4_000, "kept " + kept.size());
    assertEquals(list.subList(0, kept.size()), kept);
  }

  @Test
  void write_noRoom_leavesTheOldOne() throws IOException, MalformedWarmingException {
    Path path = folder.resolve("hot");
    var file = new HotFile(path);
    file.write(LIST);
    // What is to be written beside it can not be opened.
    Files.createDirectories(folder.resolve("hot.new").resolve("inside"));
    assertThrows(IOException.class, () -> file.write(List.of()));
    assertEquals(LIST, file.read());
  }
}
