package io.nearside.agent.cache.warm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What sidecars say to each other about warming, as the payload of a bus note. Values never travel:
 * who wants one reads it upstream itself.
 */
public sealed interface WarmNote {
  /** The kind of bus note that carries these. */
  int KIND = 1;

  /** Bytes of one note. */
  int NOTE_BYTES_MAX = 40 * 1024;

  /** Bytes of all notes of one answer. */
  int ANSWER_BYTES_MAX = 2 * 1024 * 1024;

  /**
   * The sender warms itself now; those who do too share the reads with it.
   *
   * @param reply whether it answers another's: no answer is expected then
   */
  record Hello(boolean reply) implements WarmNote {}

  /** The sender has read its share. */
  record Done() implements WarmNote {}

  /** The sender wants to know what is hot. */
  record Ask(int keysMax) implements WarmNote {}

  /**
   * Part of what is hot at the sender, hottest first.
   *
   * @param last whether no more parts follow
   */
  record Answer(boolean last, List<HotEntry> entries) implements WarmNote {
    public Answer {
      entries = List.copyOf(entries);
    }
  }

  /** The first byte of a note: changes where old sidecars must not read new notes. */
  byte VERSION = 1;

  private static byte[] head(int type, int number) {
    return ByteBuffer.allocate(HEAD_BYTES).put(VERSION).put((byte) type).putInt(number).array();
  }

  /** Version, type and a number. */
  int HEAD_BYTES = 6;

  /** The note as bytes; an answer's entries must be those of {@link #answers}. */
  default byte[] encode() {
    return switch (this) {
      case Hello hello -> head(1, hello.reply ? 1 : 0);
      case Done _ -> head(2, 0);
      case Ask ask -> head(3, ask.keysMax);
      case Answer answer -> {
        int bytes = answer.entries.stream().mapToInt(HotEntries::size).sum();
        var out = ByteBuffer.allocate(HEAD_BYTES + bytes).put(head(4, answer.last ? 1 : 0));
        answer.entries.forEach(entry -> HotEntries.put(out, entry));
        yield out.array();
      }
    };
  }

  /** Reads a note; throws where it is none of this version. */
  static WarmNote decode(byte[] payload) throws MalformedWarmingException {
    if (payload.length < HEAD_BYTES || payload.length > NOTE_BYTES_MAX || payload[0] != VERSION) {
      throw new MalformedWarmingException("not a note of version " + VERSION);
    }
    var in = ByteBuffer.wrap(payload).position(1);
    int type = in.get();
    int number = in.getInt();
    WarmNote note =
        switch (type) {
          case 1 -> new Hello(number == 1);
          case 2 -> new Done();
          case 3 -> new Ask(number);
          case 4 -> new Answer(number == 1, HotEntries.take(in, Integer.MAX_VALUE));
          default -> throw new MalformedWarmingException("note of type " + type);
        };
    if (in.hasRemaining() || (note instanceof Ask && number < 0)) {
      throw new MalformedWarmingException("note of type " + type + " out of bounds");
    }
    return note;
  }

  /**
   * A list in as many answers as it takes, the last one marked; cut where it exceeds {@link
   * #ANSWER_BYTES_MAX}. At least one, which may be empty.
   */
  static List<Answer> answers(List<HotEntry> hottestFirst) {
    List<Answer> answers = new ArrayList<>();
    List<HotEntry> part = new ArrayList<>();
    int partBytes = HEAD_BYTES;
    int bytes = 0;
    for (HotEntry entry : hottestFirst) {
      int size = HotEntries.size(entry);
      if (!HotEntries.fits(entry)) {
        continue;
      }
      if (bytes + size > ANSWER_BYTES_MAX) {
        break;
      }
      if (partBytes + size > NOTE_BYTES_MAX) {
        answers.add(new Answer(false, part));
        part = new ArrayList<>();
        partBytes = HEAD_BYTES;
      }
      part.add(entry);
      partBytes += size;
      bytes += size;
    }
    answers.add(new Answer(true, part));
    return answers;
  }
}
