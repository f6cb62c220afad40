package io.nearside.tests.equivalence;

import io.nearside.tests.stack.RawRedis;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random commands over few keys of every type, the same for the same seed. The pattern that matters
 * to a cache comes all the time: a read twice in a row, a write, the read again; on one connection
 * or on several, alone or in pipelines of up to 500. Some commands meet a key of another type, some
 * lack an argument.
 */
final class CommandGenerator {
  private static final int KEYS_PER_TYPE = 6;
  private static final int PIPELINE_MAX = 500;
  private static final int FOREIGN_KEY_PERCENT = 3;
  private static final int CUT_SHORT_PERCENT = 1;
  private static final String[] CONNECTIONS = {"a", "b", "c", "resp3", "db3"};

  /** Commands that belong together: those of one data type. K is a key of it, J another one. */
  private record Family(String type, List<String> reads, List<String> writes) {}

  private static final List<Family> FAMILIES =
      List.of(
          new Family(
              "str",
              List.of(
                  "GET K",
                  "GET K",
                  "GET K",
                  "STRLEN K",
                  "GETRANGE K 0 5",
                  "MGET K J K",
                  "EXISTS K J",
                  "TYPE K",
                  "SUBSTR K 1 3",
                  "BITCOUNT K",
                  "GETBIT K 9",
                  "BITPOS K 1",
                  "TTL K | ttl",
                  "OBJECT ENCODING K",
                  "LCS K J",
                  "DUMP K"),
              List.of(
                  "SET K V",
                  "SET K V",
                  "SET K V",
                  "SET K N",
                  "SET K V XX",
                  "SET K V NX",
                  "SET K V GET",
                  "APPEND K V",
                  "SETRANGE K 3 V",
                  "INCR K",
                  "INCRBY K N",
                  "DECRBY K N",
                  "GETSET K V",
                  "GETDEL K",
                  "DEL K",
                  "DEL K J",
                  "UNLINK K",
                  "MSET K V J V",
                  "MSETNX K V J V",
                  "SETEX K 9999 V",
                  "EXPIRE K 9999",
                  "PERSIST K",
                  "PEXPIRE K -1",
                  "RENAME K J",
                  "COPY K J REPLACE",
                  "SETBIT K 9 1",
                  "BITOP NOT K J",
                  "INCRBYFLOAT K 0.25",
                  "GETEX K PERSIST",
                  "EVAL \"return redis.call('set',KEYS[1],ARGV[1])\" 1 K V")),
          new Family(
              "hash",
              List.of(
                  "HGETALL K",
                  "HGET K F",
                  "HGET K F",
                  "HMGET K F F F",
                  "HLEN K",
                  "HEXISTS K F",
                  "HSTRLEN K F",
                  "HKEYS K",
                  "HVALS K",
                  "TYPE K",
                  "EXISTS K"),
              List.of(
                  "HSET K F S",
                  "HSET K F S F S",
                  "HDEL K F",
                  "HDEL K F F",
                  "HINCRBY K F N",
                  "HSETNX K F S",
                  "HMSET K F S F S",
                  "DEL K",
                  "RENAMENX K J",
                  "COPY K J REPLACE",
                  "HINCRBYFLOAT K F 1.5")),
          new Family(
              "list",
              List.of(
                  "LRANGE K 0 -1",
                  "LRANGE K 1 3",
                  "LLEN K",
                  "LINDEX K 0",
                  "LINDEX K -1",
                  "LPOS K S",
                  "TYPE K",
                  "SORT_RO K ALPHA LIMIT 0 3"),
              List.of(
                  "RPUSH K S",
                  "LPUSH K S S",
                  "RPUSH K S S S",
                  "LPOP K",
                  "RPOP K",
                  "LSET K 0 S",
                  "LREM K 1 S",
                  "LTRIM K 0 9",
                  "LMOVE K J LEFT RIGHT",
                  "RPOPLPUSH K J",
                  "LINSERT K BEFORE S S",
                  "LPUSHX K S",
                  "DEL K",
                  "LMPOP 2 K J LEFT",
                  "SORT K ALPHA STORE J",
                  "BLPOP K J 0.001")),
          new Family(
              "ints",
              List.of(
                  "SMEMBERS K",
                  "SCARD K",
                  "SISMEMBER K N",
                  "SMISMEMBER K N N",
                  "SINTER K J",
                  "SUNION K J",
                  "SDIFF K J",
                  "SINTERCARD 2 K J"),
              List.of(
                  "SADD K N",
                  "SADD K N N N",
                  "SREM K N",
                  "SMOVE K J N",
                  "SINTERSTORE K K J",
                  "SUNIONSTORE K K J",
                  "SDIFFSTORE J K J",
                  "DEL K")),
          new Family(
              "set",
              List.of(
                  "SMEMBERS K | unordered", "SCARD K", "SISMEMBER K S", "SUNION K J | unordered"),
              List.of("SADD K S S", "SREM K S S", "SMOVE K J S", "DEL K")),
          new Family(
              "zset",
              List.of(
                  "ZRANGE K 0 -1 WITHSCORES",
                  "ZSCORE K S",
                  "ZRANK K S",
                  "ZCARD K",
                  "ZCOUNT K 0 50",
                  "ZRANGEBYSCORE K 0 50",
                  "ZREVRANGE K 0 2",
                  "ZMSCORE K S S",
                  "ZUNION 2 K J",
                  "ZINTER 2 K J",
                  "ZRANGEBYLEX K - +"),
              List.of(
                  "ZADD K N S",
                  "ZADD K N S N S",
                  "ZINCRBY K 1.5 S",
                  "ZREM K S S",
                  "ZPOPMIN K",
                  "ZPOPMAX K 2",
                  "ZREMRANGEBYRANK K 0 0",
                  "ZUNIONSTORE K 2 K J",
                  "ZRANGESTORE J K 0 5",
                  "ZADD K GT CH N S",
                  "DEL K")),
          new Family(
              "stream",
              List.of(
                  "XRANGE K - +", "XLEN K", "XREVRANGE K + - COUNT 2", "XREAD COUNT 2 STREAMS K 0"),
              List.of("XADD K I F S", "XADD K MAXLEN 5 I F S F S", "XTRIM K MAXLEN 3", "DEL K")),
          new Family(
              "hll",
              List.of("PFCOUNT K", "PFCOUNT K J"),
              List.of("PFADD K S S", "PFMERGE K J", "DEL K")));

  private final long seed;
  private final SplittableRandom random;
  private long streamId;

  CommandGenerator(long seed) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
  }

  /** A script of at least so many commands. */
  Script script(int commands) {
    List<Step> steps = new ArrayList<>();
    steps.add(new Step.Send("resp3", List.of(exchange("HELLO 3 | hello", ""))));
    steps.add(new Step.Send("db3", List.of(exchange("SELECT 3", ""))));
    int sent = 2;
    while (sent < commands) {
      List<Exchange> round = round();
      sent += round.size();
      switch (random.nextInt(4)) {
        case 0 -> {
          // Every command from a connection of its own choice.
          round.forEach(e -> steps.add(new Step.Send(connection(), List.of(e))));
        }
        case 1 -> {
          int depth = random.nextInt(10) == 0 ? PIPELINE_MAX : random.nextInt(2, 40);
          List<Exchange> pipeline = new ArrayList<>(round);
          while (pipeline.size() < depth) {
            pipeline.addAll(round());
          }
          sent += pipeline.size() - round.size();
          steps.add(new Step.Send(connection(), pipeline));
        }
        case 2 -> {
          String one = connection();
          round.forEach(e -> steps.add(new Step.Send(one, List.of(e))));
        }
        default -> steps.add(new Step.Send(connection(), transaction(round)));
      }
      if (random.nextInt(200) == 0) {
        steps.add(new Step.Wait(Duration.ofMillis(1)));
      }
    }
    return new Script("generated/seed-" + seed, Script.Protocol.BOTH, steps);
  }

  /** Read, read, write, read, read, of one key. */
  private List<Exchange> round() {
    Family family = FAMILIES.get(random.nextInt(FAMILIES.size()));
    Family named =
        random.nextInt(100) < FOREIGN_KEY_PERCENT
            ? FAMILIES.get(random.nextInt(FAMILIES.size()))
            : family;
    String key = key(named);
    List<Exchange> round = new ArrayList<>();
    Exchange read = exchange(pick(family.reads), key);
    round.add(read);
    round.add(read);
    int writes = 1 + random.nextInt(3);
    for (int i = 0; i < writes; i++) {
      round.add(exchange(pick(family.writes), key));
    }
    round.add(read);
    round.add(exchange(pick(family.reads), key));
    round.add(read);
    return round;
  }

  /** The round inside MULTI and EXEC, now and then discarded; unordered replies stay outside. */
  private List<Exchange> transaction(List<Exchange> round) {
    boolean exact = round.stream().allMatch(e -> e.normaliser == Normaliser.EXACT);
    if (!exact || random.nextBoolean()) {
      return round;
    }
    List<Exchange> all = new ArrayList<>();
    all.add(round.getFirst());
    all.add(exchange("MULTI", ""));
    all.addAll(round);
    all.add(exchange(random.nextInt(5) == 0 ? "DISCARD" : "EXEC", ""));
    all.add(round.getFirst());
    all.add(round.getFirst());
    return all;
  }

  private Exchange exchange(String template, String key) {
    String[] halves = template.split(" \\| ", -1);
    var normaliser = halves.length > 1 ? Normaliser.named(halves[1]) : Normaliser.EXACT;
    List<byte[]> arguments = new ArrayList<>();
    for (String word : words(halves[0])) {
      arguments.add(argument(word, key).getBytes(StandardCharsets.ISO_8859_1));
    }
    if (arguments.size() > 1 && random.nextInt(100) < CUT_SHORT_PERCENT) {
      arguments.removeLast();
    }
    return new Exchange(RawRedis.encode(arguments), 1, normaliser);
  }

  /** Blanks part words; quotes keep a word with blanks together. */
  private static List<String> words(String template) {
    List<String> words = new ArrayList<>();
    String[] parts = template.split("\"", -1);
    for (int i = 0; i < parts.length; i++) {
      if (i % 2 == 1) {
        words.add(parts[i]);
      } else if (!parts[i].isBlank()) {
        words.addAll(List.of(parts[i].strip().split(" ", -1)));
      }
    }
    return words;
  }

  private String argument(String word, String key) {
    return switch (word) {
      case "K" -> key;
      case "J" -> key.substring(0, key.lastIndexOf(':') + 1) + random.nextInt(KEYS_PER_TYPE);
      case "V" -> value();
      case "S" -> "m" + random.nextInt(12) + (random.nextInt(10) == 0 ? "\0\r\n" : "");
      case "F" -> random.nextBoolean() ? "f" + random.nextInt(8) : "F" + random.nextInt(8);
      case "N" -> Integer.toString(random.nextInt(-50, 100));
      case "I" -> "7-" + ++streamId;
      default -> word;
    };
  }

  private String value() {
    return switch (random.nextInt(8)) {
      case 0 -> "";
      case 1 -> Integer.toString(random.nextInt(100_000));
      case 2 -> "\r\n$3\r\nfoo\r\n\0\u00ff";
      case 3 -> "x".repeat(random.nextInt(100, 5_000));
      case 4 -> {
        var bytes = new StringBuilder();
        for (int i = random.nextInt(1, 40); i > 0; i--) {
          bytes.append((char) random.nextInt(256));
        }
        yield bytes.toString();
      }
      default -> "value-" + random.nextInt(1_000);
    };
  }

  private String key(Family family) {
    return "g:" + family.type + ":" + random.nextInt(KEYS_PER_TYPE);
  }

  private String connection() {
    return CONNECTIONS[random.nextInt(CONNECTIONS.length)];
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
