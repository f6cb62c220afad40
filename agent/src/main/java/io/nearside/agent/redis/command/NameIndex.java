package io.nearside.agent.redis.command;

import io.nearside.agent.redis.resp.RequestFrame;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Commands by their name as it stands in a request, whatever its case: open addressing with linear
 * probing, at most half full. Immutable after construction; looking up allocates nothing.
 */
final class NameIndex {
  private final @Nullable Command[] slots;
  private final int mask;
  private final int nameBytesMax;

  NameIndex(Collection<Command> commands) {
    int capacity = Integer.highestOneBit(Math.max(4, commands.size()) * 4);
    slots = new @Nullable Command[capacity];
    mask = capacity - 1;
    int longest = 0;
    for (Command command : commands) {
      byte[] name = command.upperName();
      longest = Math.max(longest, name.length);
      int slot = hash(name, 0, name.length) & mask;
      while (slots[slot] != null) {
        slot = (slot + 1) & mask;
      }
      slots[slot] = command;
    }
    nameBytesMax = longest;
  }

  @Nullable Command find(RequestFrame frame, int argIndex) {
    if (!frame.hasArg(argIndex)) {
      return null;
    }
    int length = frame.argLength(argIndex);
    if (length > nameBytesMax) {
      return null;
    }
    int slot = hash(frame.bytes(), frame.argStart(argIndex), length) & mask;
    while (true) {
      Command command = slots[slot];
      if (command == null || frame.argIs(argIndex, command.upperName())) {
        return command;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** Equal for names that differ in case only (and for a few others). */
  private static int hash(byte[] bytes, int from, int length) {
    int hash = length;
    for (int i = from; i < from + length; i++) {
      hash = hash * 31 + (bytes[i] & 0xDF);
    }
    return hash ^ hash >>> 15;
  }
}
