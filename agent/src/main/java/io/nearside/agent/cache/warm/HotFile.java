package io.nearside.agent.cache.warm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The hot reads on disk, for a restart of the container: names, never values. A header (magic,
 * version, length and CRC-32C of the body), then the entries. Written beside its place and renamed,
 * so that a reader meets the old one or the new one. Blocks; one writer at a time.
 */
public final class HotFile {
  /** Of the whole file; what is colder than that is left out. */
  public static final int BYTES_MAX = 8 * 1024 * 1024;

  private static final byte[] MAGIC = "NSHOT\r\n\0".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int HEAD_BYTES = MAGIC.length + 4 + 4 + 4;

  private final Path path;

  /** Touches nothing yet. */
  public HotFile(Path path) {
    this.path = path;
  }

  /** Whether there is one. */
  public boolean exists() {
    return Files.exists(path);
  }

  /**
   * Writes a list, hottest first.
   *
   * @throws IOException when the disk does not take it: the old one is still there
   */
  public void write(List<HotEntry> hottestFirst) throws IOException {
    byte[] bytes = encode(hottestFirst);
    Path folder = path.toAbsolutePath().getParent();
    Path beside = folder.resolve(path.getFileName() + ".new");
    try {
      try (var out =
          FileChannel.open(
              beside,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
          var _ = out.write(left);
        }
        out.force(true);
      }
      Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      Files.deleteIfExists(beside);
      throw e;
    }
    try (var entries = FileChannel.open(folder, StandardOpenOption.READ)) {
      // The rename itself: else a crash may bring the old name back, which is no harm but a pity.
      entries.force(true);
    }
  }

  private static byte[] encode(List<HotEntry> hottestFirst) {
    List<HotEntry> kept = new ArrayList<>();
    int bytes = HEAD_BYTES;
    for (HotEntry entry : hottestFirst) {
      if (HotEntries.fits(entry)) {
        bytes += HotEntries.size(entry);
        if (bytes > BYTES_MAX) {
          bytes -= HotEntries.size(entry);
          break;
        }
        kept.add(entry);
      }
    }
    var body = ByteBuffer.allocate(bytes - HEAD_BYTES);
    kept.forEach(entry -> HotEntries.put(body, entry));
    return ByteBuffer.allocate(bytes)
        .put(MAGIC)
        .putInt(VERSION)
        .putInt(body.capacity())
        .putInt(checksum(body.array()))
        .put(body.array())
        .array();
  }

  /**
   * Reads it back.
   *
   * @throws MalformedWarmingException when it is damaged, of another version or somebody else's
   * @throws IOException when it can not be read
   */
  public List<HotEntry> read() throws IOException, MalformedWarmingException {
    if (Files.size(path) > BYTES_MAX) {
      throw new MalformedWarmingException("larger than " + BYTES_MAX + " bytes");
    }
    byte[] bytes = Files.readAllBytes(path);
    if (bytes.length < HEAD_BYTES
        || !ByteBuffer.wrap(bytes, 0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
      throw new MalformedWarmingException("not a list of hot keys");
    }
    var in = ByteBuffer.wrap(bytes).position(MAGIC.length);
    int version = in.getInt();
    int length = in.getInt();
    int checksum = in.getInt();
    if (version != VERSION) {
      throw new MalformedWarmingException("version " + version + " (expected " + VERSION + ")");
    }
    byte[] body = new byte[in.remaining()];
    in.get(body);
    if (length != body.length || checksum != checksum(body)) {
      throw new MalformedWarmingException("damaged: its checksum does not fit");
    }
    return HotEntries.take(ByteBuffer.wrap(body), Integer.MAX_VALUE);
  }

  private static int checksum(byte[] bytes) {
    var crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
