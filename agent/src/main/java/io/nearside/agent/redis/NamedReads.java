package io.nearside.agent.redis;

import io.nearside.agent.cache.warm.HotRead;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * The reads that people name: keys, command lines, files of both, and globs that SCAN resolves.
 * Each is one read for every protocol that clients of this sidecar have spoken.
 */
final class NamedReads {
  /** Lines of a file that are read. */
  static final int FILE_BYTES_MAX = 16 * 1024 * 1024;

  private static final int SCAN_COUNT = 512;
  private static final int SCANS_MAX = 20_000;

  private final Vertx vertx;
  private final RedisFace face;

  NamedReads(Vertx vertx, RedisFace face) {
    this.vertx = vertx;
    this.face = face;
  }

  /** A key stands for its GET; what has blanks is a command line, words parted by blanks. */
  List<HotRead> ofLines(List<String> lines) {
    List<HotRead> reads = new ArrayList<>();
    for (String line : lines) {
      String text = line.strip();
      if (!text.isEmpty()) {
        String[] words = text.split("\\s+");
        if (words.length == 1) {
          add(reads, get(words[0].getBytes(StandardCharsets.UTF_8)));
        } else {
          words[0] = words[0].toUpperCase(Locale.ROOT);
          add(reads, Request.of(words));
        }
      }
    }
    return reads;
  }

  /**
   * The lines of a file; blocks.
   *
   * @throws IOException also when it is too large
   */
  List<HotRead> ofFile(Path file, int max) throws IOException {
    if (Files.size(file) > FILE_BYTES_MAX) {
      throw new IOException("larger than " + FILE_BYTES_MAX + " bytes");
    }
    try (var lines = Files.lines(file, StandardCharsets.UTF_8)) {
      return ofLines(lines.limit(max).toList());
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    }
  }

  /**
   * The string keys that match, at most {@code max}; gives up after {@value #SCANS_MAX} steps, so
   * that a glob of which there is little in a large database costs no more.
   */
  Future<List<HotRead>> ofPatterns(List<String> patterns, int max) {
    if (patterns.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    return face.upstream().known().compose(v -> scanned(patterns, max));
  }

  private Future<List<HotRead>> scanned(List<String> patterns, int max) {
    Redis client = Redis.createClient(vertx, face.upstream().redisOptions());
    return client
        .connect()
        .compose(
            connection -> {
              List<HotRead> found = new ArrayList<>();
              int database = face.initialScope().database();
              Future<?> scanned =
                  database == 0
                      ? Future.succeededFuture()
                      : connection.send(
                          io.vertx.redis.client.Request.cmd(Command.SELECT).arg(database));
              for (String pattern : patterns) {
                scanned = scanned.compose(v -> new Scan(connection, pattern, max, found).step("0"));
              }
              return scanned.map(v -> List.copyOf(found));
            })
        .onComplete(done -> client.close());
  }

  /** One glob, step by step. */
  private final class Scan {
    private final RedisConnection connection;
    private final String pattern;
    private final int max;
    private final List<HotRead> found;
    private int steps;

    Scan(RedisConnection connection, String pattern, int max, List<HotRead> found) {
      this.connection = connection;
      this.pattern = pattern;
      this.max = max;
      this.found = found;
    }

    Future<Void> step(String cursor) {
      if (found.size() >= max || ++steps > SCANS_MAX) {
        return Future.succeededFuture();
      }
      return connection
          .send(
              io.vertx.redis.client.Request.cmd(Command.SCAN)
                  .arg(cursor)
                  .arg("MATCH")
                  .arg(Buffer.buffer(pattern))
                  .arg("COUNT")
                  .arg(SCAN_COUNT)
                  .arg("TYPE")
                  .arg("string"))
          .compose(
              reply -> {
                Response page = Objects.requireNonNull(reply);
                for (Response key : page.get(1)) {
                  if (found.size() < max) {
                    add(found, get(key.toBytes()));
                  }
                }
                String next = page.get(0).toString();
                return next.equals("0") ? Future.succeededFuture() : step(next);
              });
    }
  }

  private static byte[] get(byte[] key) {
    return Request.ofKey("GET", key, 0, key.length);
  }

  private void add(List<HotRead> reads, byte[] frame) {
    Scope own = face.initialScope();
    Set<Integer> protocols = new TreeSet<>(Set.of(own.protocol()));
    for (Scope scope : face.scopes()) {
      if (Objects.equals(scope.credentials(), own.credentials())) {
        protocols.add(scope.protocol());
      }
    }
    for (int protocol : protocols) {
      reads.add(new HotRead(own.database(), protocol, frame));
    }
  }
}
