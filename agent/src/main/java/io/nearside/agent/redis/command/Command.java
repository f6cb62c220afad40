package io.nearside.agent.redis.command;

import io.nearside.agent.redis.resp.RequestFrame;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What Nearside knows of one command. Immutable; everything that a request asks of it is computed
 * beforehand. None of the methods that take a frame allocates.
 */
public final class Command {
  private static final byte[] BLOCK = "BLOCK".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] STREAMS = "STREAMS".getBytes(StandardCharsets.US_ASCII);
  private static final Set<String> ACL_CHANGES = Set.of("acl|setuser", "acl|deluser", "acl|load");
  private static final Set<String> CROSS_DATABASES = Set.of("move", "copy");

  /** The answer for every name that is not in the table. (After the constants that it uses.) */
  public static final Command UNKNOWN =
      new Command(CommandSpec.unknown("unknown"), true, false, false, null);

  private final String name;
  private final byte[] upperName;
  private final int arity;
  private final List<String> flags;
  private final Effect effect;
  private final Invalidation invalidation;
  private final Family family;
  private final Pin pin;
  private final boolean blocksByOption;
  private final boolean cacheable;
  private final boolean mget;
  private final boolean hashFamily;
  private final boolean repliesInOrder;
  private final boolean changesAcl;
  private final boolean changesTable;
  private final boolean crossesDatabases;
  private final boolean denied;
  private final KeyFinder keys;
  private final @Nullable NameIndex subcommands;

  Command(
      CommandSpec spec,
      boolean unknown,
      boolean denied,
      boolean moduleNamed,
      @Nullable NameIndex subcommands) {
    this.name = spec.name();
    this.upperName = spec.leaf().toUpperCase(Locale.ROOT).getBytes(StandardCharsets.ISO_8859_1);
    this.arity = spec.arity();
    this.flags = spec.flags();
    this.effect = unknown ? Effect.UNKNOWN : effect(spec);
    this.pin = Pins.of(spec);
    this.invalidation = invalidation(spec, unknown, pin);
    this.family = unknown ? Family.UNKNOWN : Family.of(spec);
    this.blocksByOption = name.equals("xread") || name.equals("xreadgroup");
    boolean script = invalidation == Invalidation.KEYS && effect == Effect.NONE;
    this.keys = new KeyFinder(spec, script);
    this.cacheable = Cacheability.of(spec, keys, moduleNamed);
    this.mget = name.equals("mget");
    this.hashFamily = family == Family.HASH && effect == Effect.READ;
    this.repliesInOrder = !Cacheability.isUnordered(spec);
    this.changesAcl = ACL_CHANGES.contains(name);
    this.changesTable = spec.base().equals("module") && invalidation == Invalidation.EPOCH;
    this.crossesDatabases =
        script
            || CROSS_DATABASES.contains(name)
            || (spec.hasFlag("module") && effect == Effect.WRITE);
    this.denied = denied;
    this.subcommands = subcommands;
  }

  private static Effect effect(CommandSpec spec) {
    if (spec.hasFlag("write")) {
      return Effect.WRITE;
    }
    return spec.hasFlag("readonly") ? Effect.READ : Effect.NONE;
  }

  private static Invalidation invalidation(CommandSpec spec, boolean unknown, Pin pin) {
    if (pin == Pin.FORBIDDEN_NAME) {
      return Invalidation.NOTHING;
    }
    return unknown ? Invalidation.EPOCH_UNLESS_ERROR : Invalidations.of(spec);
  }

  /** Lower case; a sub-command is {@code config|set}; {@code unknown} for {@link #UNKNOWN}. */
  public String name() {
    return name;
  }

  /** The bytes, in capitals, of the argument that names it: of a sub-command, the second one. */
  byte[] upperName() {
    return upperName;
  }

  /** Number of arguments with the name; negative: at least that many. */
  public int arity() {
    return arity;
  }

  /** The upstream's flags, lower case. */
  public List<String> flags() {
    return flags;
  }

  public Effect effect() {
    return effect;
  }

  public Invalidation invalidation() {
    return invalidation;
  }

  public Family family() {
    return family;
  }

  /** Whether two replies that say the same are the same bytes. */
  public boolean repliesInOrder() {
    return repliesInOrder;
  }

  /** Whether the configuration forbids it. */
  public boolean denied() {
    return denied;
  }

  /** MGET, which may be served in part. */
  public boolean isMget() {
    return mget;
  }

  /**
   * Reads a hash, whose fields may have expiry times of their own (Redis 7.4 and later). EXISTS and
   * TYPE, which may meet a hash that ended with its last field, are not among them.
   */
  public boolean hashFamily() {
    return hashFamily;
  }

  /** ACL SETUSER, DELUSER, LOAD: what a user may read changes. */
  public boolean changesAcl() {
    return changesAcl;
  }

  /** MODULE LOAD, LOADEX, UNLOAD: the table itself changes. */
  public boolean changesTable() {
    return changesTable;
  }

  /** Its keys may be written in another database than the selected one (MOVE, COPY, scripts). */
  public boolean crossesDatabases() {
    return crossesDatabases;
  }

  /** What the request means for the connection. */
  public Pin pin(RequestFrame frame) {
    Pin pin = this.pin;
    return blocksByOption && !hasBlockOption(frame) ? Pin.NONE : pin;
  }

  /** {@code BLOCK} stands between the name and {@code STREAMS}; if that is not known: yes. */
  private static boolean hasBlockOption(RequestFrame frame) {
    for (int i = 1; i < frame.argCount(); i++) {
      if (!frame.hasArg(i) || frame.argIs(i, BLOCK)) {
        return true;
      }
      if (frame.argIs(i, STREAMS)) {
        return false;
      }
    }
    return false;
  }

  /**
   * Reports every argument that is a key which the request may touch, read-only ones too.
   *
   * @return false when not all keys could be named: the specification is incomplete, the bytes of
   *     an argument were not kept, a key count is no number or out of range, or a script declares
   *     none. Those that could be named have been reported.
   */
  public boolean keys(RequestFrame frame, KeySink sink) {
    return keys.keys(frame, sink, false);
  }

  /**
   * Like {@link #keys}, without the keys that the server's own specification says are only read
   * (the sources of COPY, BITOP, SORT STORE); modules and scripts are not trusted with that.
   */
  public boolean writtenKeys(RequestFrame frame, KeySink sink) {
    return keys.keys(frame, sink, true);
  }

  /** Whether some requests of this command may be served from the near-cache. */
  public boolean cacheable() {
    return cacheable;
  }

  /**
   * The argument that is the one key of this request, if its reply can be changed by nothing but a
   * write to that key; else -1.
   */
  public int cacheableKeyIndex(RequestFrame frame) {
    return cacheable ? keys.onlyKey(frame) : -1;
  }

  /** This command, or its sub-command that the request names; itself if that is not known. */
  Command resolve(RequestFrame frame) {
    NameIndex subcommands = this.subcommands;
    if (subcommands == null) {
      return this;
    }
    Command found = subcommands.find(frame, 1);
    return found == null ? this : found;
  }

  @Override
  public String toString() {
    return name;
  }
}
