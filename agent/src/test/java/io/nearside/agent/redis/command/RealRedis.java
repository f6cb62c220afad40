package io.nearside.agent.redis.command;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A redis-server 7.0 on a unix socket in a directory of its own, with one blocking connection: the
 * machine's own server, else the binary inside the embedded-redis jar.
 */
final class RealRedis implements AutoCloseable {
  private static final long START_NANOS_MAX = TimeUnit.SECONDS.toNanos(20);

  private final Path directory;
  private final Process process;
  private SocketChannel channel;
  private InputStream in;

  private RealRedis(Path directory, Path binary) throws IOException, InterruptedException {
    this.directory = directory;
    Path socket = directory.resolve("redis.sock");
    process =
        new ProcessBuilder(
                List.of(
                    binary.toString(),
                    "--port",
                    "0",
                    "--unixsocket",
                    socket.toString(),
                    "--save",
                    "",
                    "--enable-debug-command",
                    "yes",
                    "--dir",
                    directory.toString()))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    channel = connect(socket);
    in = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
  }

  /** Starts one, or aborts the test with a line that says what is missing. */
  static RealRedis start() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("nearside-redis");
    Path binary = binary(directory);
    if (binary == null) {
      delete(directory);
      abort("no redis-server 7.0 on this machine, and no embedded one for this platform");
    }
    return new RealRedis(directory, binary);
  }

  private static @Nullable Path binary(Path directory) throws IOException, InterruptedException {
    for (String folder : List.of("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")) {
      Path candidate = Path.of(folder, "redis-server");
      if (Files.isExecutable(candidate) && version(candidate).contains(" v=7.0.15 ")) {
        return candidate;
      }
    }
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "");
    String name =
        "redis-server-7.0.15-"
            + (os.contains("mac") ? "darwin" : "linux")
            + (arch.equals("aarch64") ? "-arm64" : "-amd64");
    try (InputStream resource = RealRedis.class.getResourceAsStream("/" + name)) {
      if (resource == null) {
        return null;
      }
      Path binary = directory.resolve("redis-server");
      Files.copy(resource, binary);
      Files.setPosixFilePermissions(binary, PosixFilePermissions.fromString("rwx------"));
      return version(binary).contains(" v=7.0.15 ") ? binary : null;
    }
  }

  private static String version(Path binary) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(binary.toString(), "--version").redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return text;
  }

  private SocketChannel connect(Path socket) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_NANOS_MAX;
    while (true) {
      SocketChannel candidate = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        candidate.connect(UnixDomainSocketAddress.of(socket));
        return candidate;
      } catch (IOException e) {
        candidate.close();
        if (!process.isAlive() || System.nanoTime() > deadline) {
          process.destroyForcibly();
          throw new IOException("redis-server: " + Files.readString(directory.resolve("log")), e);
        }
        Thread.sleep(10);
      }
    }
  }

  /** Opens the one connection anew: after an error that made the server close it. */
  void reconnect() throws IOException, InterruptedException {
    channel.close();
    channel = connect(directory.resolve("redis.sock"));
    in = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
  }

  /** The raw bytes of the reply. */
  byte[] raw(String... words) throws IOException {
    return rawBytes(Frames.bytes(words));
  }

  /** The raw replies to requests sent in one go. */
  List<byte[]> rawAll(List<String[]> requests) throws IOException {
    var bytes = new ByteArrayOutputStream();
    requests.forEach(words -> bytes.writeBytes(Frames.bytes(words)));
    send(bytes.toByteArray());
    List<byte[]> replies = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      replies.add(receive());
    }
    return replies;
  }

  byte[] rawBytes(byte[] request) throws IOException {
    send(request);
    return receive();
  }

  private void send(byte[] request) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(request);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private byte[] receive() throws IOException {
    var reply = new ByteArrayOutputStream();
    copyReply(reply);
    return reply.toByteArray();
  }

  /** The reply as lists, strings and longs; an error as its text with the leading minus. */
  @Nullable Object ask(String... words) throws IOException {
    byte[] raw = raw(words);
    return raw[0] == '-'
        ? new String(raw, 0, raw.length - 2, StandardCharsets.ISO_8859_1)
        : ReplyTree.parse(raw);
  }

  private void copyReply(ByteArrayOutputStream reply) throws IOException {
    var line = new ByteArrayOutputStream();
    int b;
    do {
      b = in.read();
      if (b < 0) {
        throw new EOFException("redis-server closed the connection");
      }
      line.write(b);
    } while (b != '\n');
    reply.writeBytes(line.toByteArray());
    String text = line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    char type = text.charAt(0);
    if ("*~%>$=".indexOf(type) < 0) {
      return;
    }
    int number = Integer.parseInt(text.substring(1));
    if (type == '$' || type == '=') {
      reply.writeBytes(number < 0 ? new byte[0] : in.readNBytes(number + 2));
      return;
    }
    for (int i = 0; i < (type == '%' ? 2 * number : number); i++) {
      copyReply(reply);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    delete(directory);
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(directory);
  }
}
