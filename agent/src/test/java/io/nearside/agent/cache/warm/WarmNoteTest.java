package io.nearside.agent.cache.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class WarmNoteTest {
  private static final List<WarmNote> ALL =
      List.of(
          new WarmNote.Hello(true),
          new WarmNote.Hello(false),
          new WarmNote.Done(),
          new WarmNote.Ask(10_000),
          new WarmNote.Answer(false, List.of()),
          new WarmNote.Answer(
              true,
              List.of(
                  HotListTest.entry("a", 7),
                  new HotEntry(new HotRead(15, 3, new byte[] {1, 2}), 1, 60_000))));

  @Test
  void decode_afterEncode_isTheIdentity() throws MalformedWarmingException {
    for (WarmNote note : ALL) {
      assertEquals(note, WarmNote.decode(note.encode()));
    }
  }

  @Test
  void decode_cutOffOrLonger_isRefused() {
    for (WarmNote note : ALL) {
      byte[] bytes = note.encode();
      for (int length = 0; length < bytes.length; length++) {
        byte[] cut = Arrays.copyOf(bytes, length);
        // Between two entries a list may end: the mark of the last part is for that.
        boolean whole = note instanceof WarmNote.Answer && isWhole(cut);
        if (!whole) {
          assertThrows(
              MalformedWarmingException.class, () -> WarmNote.decode(cut), note + " cut off");
        }
      }
      byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
      assertThrows(MalformedWarmingException.class, () -> WarmNote.decode(longer), "" + note);
    }
  }

  private static boolean isWhole(byte[] cut) {
    try {
      return Arrays.equals(cut, WarmNote.decode(cut).encode());
    } catch (MalformedWarmingException e) {
      return false;
    }
  }

  @Test
  void decode_garbage_isRefusedOrRead() {
    long seed = Long.getLong("nearside.seed", new Random().nextLong());
    System.out.println("seed " + seed);
    var random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = ALL.get(random.nextInt(ALL.size())).encode();
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      try {
        var _ = WarmNote.decode(bytes);
      } catch (MalformedWarmingException e) {
        refused++;
      }
    }
    assertTrue(refused > 0, "seed " + seed);
  }

  @Test
  void decode_otherVersion_isRefused() {
    byte[] bytes = new WarmNote.Done().encode();
    bytes[0]++;
    assertThrows(MalformedWarmingException.class, () -> WarmNote.decode(bytes));
  }

  @Test
  void answers_longList_fitIntoNotesAndAreBounded() throws MalformedWarmingException {
    List<HotEntry> list = new ArrayList<>();
    for (int i = 0; i < 60_000; i++) {
      list.add(HotListTest.entry("some:rather:long:name:of:a:key:" + i, 60_000 - i));
    }
    List<WarmNote.Answer> answers = WarmNote.answers(list);
    int bytes = 0;
    List<HotEntry> told = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      byte[] note = answers.get(i).encode();
      assertTrue(note.length <= WarmNote.NOTE_BYTES_MAX, "a note of " + note.length);
      assertEquals(i == answers.size() - 1, answers.get(i).last());
      told.addAll(((WarmNote.Answer) WarmNote.decode(note)).entries());
      bytes += note.length;
    }
    assertEquals(list.subList(0, told.size()), told);
    assertTrue(bytes > WarmNote.ANSWER_BYTES_MAX / 2 && bytes <= WarmNote.ANSWER_BYTES_MAX * 1.01);
  }

  @Test
  void answers_longCommandLine_isLeftOut() {
    var longest = new HotRead(0, 2, new byte[HotRead.FRAME_BYTES_MAX]);
    var tooLong = new HotRead(0, 2, new byte[HotRead.FRAME_BYTES_MAX + 1]);
    List<WarmNote.Answer> answers =
        WarmNote.answers(List.of(new HotEntry(tooLong, 9, -1), new HotEntry(longest, 8, -1)));
    assertEquals(
        List.of(new WarmNote.Answer(true, List.of(new HotEntry(longest, 8, -1)))), answers);
    assertEquals(List.of(new WarmNote.Answer(true, List.of())), WarmNote.answers(List.of()));
  }
}
