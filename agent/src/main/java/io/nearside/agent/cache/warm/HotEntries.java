package io.nearside.agent.cache.warm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Hot entries as bytes, in notes and on disk: fixed fields, big-endian, then the command line. */
final class HotEntries {
  private static final int FIXED_BYTES = 4 + 1 + 4 + 8 + 2;
  private static final int DATABASE_MAX = 1 << 24;

  private HotEntries() {}

  static int size(HotEntry entry) {
    return FIXED_BYTES + entry.read().frame().length;
  }

  /** Whether it may travel at all. */
  static boolean fits(HotEntry entry) {
    return entry.read().frame().length <= HotRead.FRAME_BYTES_MAX;
  }

  static void put(ByteBuffer out, HotEntry entry) {
    HotRead read = entry.read();
    out.putInt(read.database())
        .put((byte) read.protocol())
        .putInt(entry.heat())
        .putLong(entry.ttlMillis())
        .putShort((short) read.frame().length)
        .put(read.frame());
  }

  /** Entries to the end of the buffer. */
  static List<HotEntry> take(ByteBuffer in, int countMax) throws MalformedWarmingException {
    List<HotEntry> entries = new ArrayList<>();
    while (in.hasRemaining()) {
      if (in.remaining() < FIXED_BYTES || entries.size() == countMax) {
        throw new MalformedWarmingException("an entry is cut off, or one too many");
      }
      int database = in.getInt();
      int protocol = in.get();
      int heat = in.getInt();
      long ttlMillis = in.getLong();
      int length = in.getShort();
      if (database < 0
          || database > DATABASE_MAX
          || (protocol != 2 && protocol != 3)
          || heat < 0
          || ttlMillis < HotEntry.ENDLESS
          || length < 1
          || length > HotRead.FRAME_BYTES_MAX
          || length > in.remaining()) {
        throw new MalformedWarmingException("an entry is out of bounds");
      }
      byte[] frame = new byte[length];
      in.get(frame);
      entries.add(new HotEntry(new HotRead(database, protocol, frame), heat, ttlMillis));
    }
    return entries;
  }
}
