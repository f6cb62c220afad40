package io.nearside.agent.redis.command;

import io.nearside.agent.redis.resp.RequestFrame;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Finds the keys of one command's requests: by its key specifications, or, where those are known to
 * be incomplete, by the command's grammar. Allocates nothing.
 */
final class KeyFinder {
  private static final byte[] STORE = ascii("STORE");
  private static final byte[] STOREDIST = ascii("STOREDIST");
  private static final byte[] LIMIT = ascii("LIMIT");
  private static final byte[] BY = ascii("BY");
  private static final byte[] GET = ascii("GET");
  private static final byte[] COUNT = ascii("COUNT");
  private static final byte[] AUTH = ascii("AUTH");
  private static final byte[] AUTH2 = ascii("AUTH2");
  private static final byte[] KEYS = ascii("KEYS");

  private enum Grammar {
    SPECS,
    SORT_RO,
    SORT,
    GEORADIUS,
    MIGRATE
  }

  private final Grammar grammar;
  private final KeyLocator[] locators;
  private final boolean everyKeyNamed;
  private final boolean mustNameKeys;
  private final boolean everyKeyWritten;
  private final int optionsStart;
  private final int fixedKey;

  /**
   * @param script whether the command may change more than its flags say, so that a request of it
   *     that names no key leaves its keys unknown
   */
  KeyFinder(CommandSpec spec, boolean script) {
    String name = spec.name();
    grammar =
        switch (name) {
          case "sort" -> Grammar.SORT;
          case "sort_ro" -> Grammar.SORT_RO;
          case "georadius", "georadiusbymember" -> Grammar.GEORADIUS;
          case "migrate" -> Grammar.MIGRATE;
          default -> Grammar.SPECS;
        };
    optionsStart =
        switch (name) {
          case "georadius", "migrate" -> 6;
          case "georadiusbymember" -> 5;
          default -> 2;
        };
    List<KeySpec> specs = spec.keySpecs().stream().filter(key -> !key.notKey()).toList();
    locators = specs.stream().map(KeyLocator::new).toArray(KeyLocator[]::new);
    // "movablekeys" beside fixed positions only: the server finds more keys than it describes
    boolean hidden = spec.hasFlag("movablekeys") && specs.stream().allMatch(KeySpec::fixed);
    everyKeyNamed =
        grammar != Grammar.SPECS || (!hidden && specs.stream().allMatch(KeySpec::complete));
    mustNameKeys = script;
    everyKeyWritten =
        script || spec.hasFlag("module") || specs.stream().allMatch(KeySpec::readOnly);
    fixedKey = spec.hasFlag("movablekeys") ? -1 : fixedKey(specs);
  }

  private static int fixedKey(List<KeySpec> specs) {
    if (specs.size() == 1
        && specs.getFirst().complete()
        && specs.getFirst().begin() instanceof KeySpec.AtIndex(int index)
        && specs.getFirst().find() instanceof KeySpec.Range(int lastKey, int _, int _)
        && lastKey == 0) {
      return index;
    }
    return -1;
  }

  /** Whether the specifications or the grammar name every key of every well-formed request. */
  boolean everyKeyNamed() {
    return everyKeyNamed;
  }

  /** See {@link Command#keys} and {@link Command#writtenKeys}. */
  boolean keys(RequestFrame frame, KeySink sink, boolean writtenOnly) {
    boolean skipReadOnly = writtenOnly && !everyKeyWritten;
    return switch (grammar) {
      case SPECS, SORT_RO -> specKeys(frame, sink, skipReadOnly);
      case SORT -> sortKeys(frame, sink, writtenOnly);
      case GEORADIUS -> georadiusKeys(frame, sink, writtenOnly);
      case MIGRATE -> migrateKeys(frame, sink);
    };
  }

  private boolean specKeys(RequestFrame frame, KeySink sink, boolean skipReadOnly) {
    boolean named = everyKeyNamed;
    boolean some = false;
    for (KeyLocator locator : locators) {
      long located = locator.locate(frame);
      if (located == KeyLocator.UNNAMED) {
        named = grammar == Grammar.SORT_RO && named; // its BY and GET patterns name no key
      }
      if (located < 0 || (skipReadOnly && locator.readOnly)) {
        continue;
      }
      int last = KeyLocator.last(located);
      for (int i = KeyLocator.first(located); i <= last; i += locator.step) {
        named &= report(frame, sink, i);
        some = true;
      }
    }
    return named && (some || !mustNameKeys);
  }

  /** Reports argument {@code index} if its bytes are here. */
  private static boolean report(RequestFrame frame, KeySink sink, int index) {
    if (!frame.hasArg(index)) {
      return false;
    }
    sink.key(index);
    return true;
  }

  /** SORT key [BY pattern] [LIMIT offset count] [GET pattern ...] [ASC|DESC] [ALPHA] [STORE key] */
  private boolean sortKeys(RequestFrame frame, KeySink sink, boolean writtenOnly) {
    int argCount = frame.argCount();
    boolean named = true;
    if (argCount > 1 && !writtenOnly) {
      named = report(frame, sink, 1);
    }
    for (int i = optionsStart; i < argCount; i++) {
      if (!frame.hasArg(i)) {
        return false;
      }
      if (frame.argIs(i, STORE) && i + 1 < argCount) {
        named &= report(frame, sink, ++i);
      } else if (frame.argIs(i, LIMIT)) {
        i += 2;
      } else if (frame.argIs(i, BY) || frame.argIs(i, GET)) {
        i++;
      }
    }
    return named;
  }

  /** The options after GEORADIUS[BYMEMBER]'s fixed arguments; every STORE counts. */
  private boolean georadiusKeys(RequestFrame frame, KeySink sink, boolean writtenOnly) {
    int argCount = frame.argCount();
    boolean named = true;
    if (argCount > 1 && !writtenOnly) {
      named = report(frame, sink, 1);
    }
    for (int i = optionsStart; i < argCount; i++) {
      if (!frame.hasArg(i)) {
        return false;
      }
      if ((frame.argIs(i, STORE) || frame.argIs(i, STOREDIST)) && i + 1 < argCount) {
        named &= report(frame, sink, ++i);
      } else if (frame.argIs(i, COUNT)) {
        i++;
      }
    }
    return named;
  }

  /**
   * MIGRATE host port key|"" db timeout [COPY] [REPLACE] [AUTH password] [AUTH2 user password]
   * [KEYS key ...]
   */
  private boolean migrateKeys(RequestFrame frame, KeySink sink) {
    int argCount = frame.argCount();
    if (argCount <= 3) {
      return true;
    }
    boolean named = true;
    for (int i = optionsStart; i < argCount; i++) {
      if (!frame.hasArg(i)) {
        return false;
      }
      if (frame.argIs(i, KEYS) && frame.argLength(3) == 0) {
        for (int k = i + 1; k < argCount; k++) {
          named &= report(frame, sink, k);
        }
        return named;
      } else if (frame.argIs(i, AUTH)) {
        i++;
      } else if (frame.argIs(i, AUTH2)) {
        i += 2;
      }
    }
    return report(frame, sink, 3);
  }

  /** The index of the one key that this request reads, or -1 if there are none or more. */
  int onlyKey(RequestFrame frame) {
    if (fixedKey > 0) {
      return frame.hasArg(fixedKey) ? fixedKey : -1;
    }
    return grammar == Grammar.SPECS ? onlySpecKey(frame) : onlySortKey(frame);
  }

  private int onlySpecKey(RequestFrame frame) {
    int only = -1;
    for (KeyLocator locator : locators) {
      long located = locator.locate(frame);
      if (located == KeyLocator.ABSENT) {
        continue;
      }
      if (located == KeyLocator.UNNAMED || only >= 0) {
        return -1;
      }
      only = KeyLocator.first(located);
      if (only + locator.step <= KeyLocator.last(located)) {
        return -1;
      }
    }
    return only > 0 && frame.hasArg(only) ? only : -1;
  }

  /** BY and GET read keys that the request does not name. */
  private int onlySortKey(RequestFrame frame) {
    for (int i = optionsStart; i < frame.argCount(); i++) {
      if (!frame.hasArg(i) || frame.argIs(i, BY) || frame.argIs(i, GET)) {
        return -1;
      }
    }
    return grammar == Grammar.SORT_RO && frame.hasArg(1) ? 1 : -1;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
