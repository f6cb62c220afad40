package io.nearside.agent.redis.command;

import io.nearside.agent.redis.resp.RequestFrame;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Builds request frames from words. */
final class Frames {
  private Frames() {}

  static RequestFrame of(String... words) {
    return without(Set.of(), words);
  }

  /** The words of a line, separated by single blanks; {@code ""} is the empty word. */
  static RequestFrame line(String line) {
    return of(words(line));
  }

  static String[] words(String line) {
    String[] words = line.split(" ", -1);
    for (int i = 0; i < words.length; i++) {
      if (words[i].equals("\"\"")) {
        words[i] = "";
      }
    }
    return words;
  }

  /** A frame in which the bytes of these arguments were not kept. */
  static RequestFrame without(Set<Integer> missing, String... words) {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(header('*', words.length));
    int[] starts = new int[words.length];
    for (int i = 0; i < words.length; i++) {
      byte[] word = words[i].getBytes(StandardCharsets.ISO_8859_1);
      bytes.writeBytes(header('$', word.length));
      starts[i] = bytes.size();
      bytes.writeBytes(word);
      bytes.writeBytes(new byte[] {'\r', '\n'});
    }
    var frame = new RequestFrame();
    frame.begin(bytes.toByteArray(), 0);
    for (int i = 0; i < words.length; i++) {
      frame.addArg(missing.contains(i) ? RequestFrame.MISSING : starts[i], words[i].length());
    }
    frame.finish(bytes.size());
    return frame;
  }

  /** The whole frame's bytes: what goes over the wire. */
  static byte[] bytes(String... words) {
    return of(words).bytes();
  }

  private static byte[] header(char type, int number) {
    return (type + Integer.toString(number) + "\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** What {@link Command#keys} reports, as text; a last {@code ...} says that it returned false. */
  static List<String> keys(CommandTable table, RequestFrame frame) {
    return report(frame, sink -> table.find(frame).keys(frame, sink));
  }

  static List<String> writtenKeys(CommandTable table, RequestFrame frame) {
    return report(frame, sink -> table.find(frame).writtenKeys(frame, sink));
  }

  private interface Finder {
    boolean find(KeySink sink);
  }

  private static List<String> report(RequestFrame frame, Finder finder) {
    List<String> keys = new ArrayList<>();
    boolean named =
        finder.find(index -> keys.add(new String(frame.arg(index), StandardCharsets.ISO_8859_1)));
    if (!named) {
      keys.add("...");
    }
    return keys;
  }
}
