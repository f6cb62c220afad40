package io.nearside.tests.coherence;

import io.nearside.tests.stack.RawRedis;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A connection that is opened when it is needed, and again after a failure. One thread. */
public final class FleetConnection implements AutoCloseable {
  private final Supplier<SocketAddress> address;
  private final boolean resp3;
  private final Duration timeout;
  private @Nullable RawRedis open;

  /**
   * @param address asked each time it is opened
   * @param resp3 whether it says HELLO 3
   * @param timeout of each exchange
   */
  public FleetConnection(Supplier<SocketAddress> address, boolean resp3, Duration timeout) {
    this.address = address;
    this.resp3 = resp3;
    this.timeout = timeout;
  }

  /**
   * What a sidecar may keep a reply under: the command line, and the protocol that the reply is in.
   */
  String cacheLine(List<String> command) {
    return (resp3 ? "RESP3 " : "RESP2 ") + String.join(" ", command);
  }

  /**
   * Opens the connection where it is not open.
   *
   * @throws IOException nothing was sent of what the caller is about to send
   */
  public void open() throws IOException {
    if (open != null) {
      return;
    }
    RawRedis connection = RawRedis.connect(address.get());
    try {
      if (resp3) {
        connection.send(RawRedis.encode("HELLO", "3"));
        ReplyValues.strings(onlyErrors(connection.read(1, timeout).getFirst()));
      }
    } catch (IOException e) {
      connection.close();
      throw e;
    }
    open = connection;
  }

  /** Keeps an error reply to be thrown; the map of HELLO holds an array that is of no interest. */
  private static byte[] onlyErrors(byte[] reply) {
    return reply[0] == '-' ? reply : new byte[] {'*', '0', '\r', '\n'};
  }

  /**
   * Sends commands in one piece and reads their replies. After an exception the connection is
   * closed: what came of the commands is not known.
   */
  public List<byte[]> exchange(List<List<String>> commands) throws IOException {
    open();
    RawRedis connection = open;
    if (connection == null) {
      throw new IllegalStateException("not open");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (List<String> command : commands) {
      out.writeBytes(RawRedis.encode(command.toArray(String[]::new)));
    }
    try {
      connection.send(out.toByteArray());
      return connection.read(commands.size(), timeout);
    } catch (IOException | IllegalArgumentException e) {
      close();
      throw e instanceof IOException known ? known : new IOException(e);
    }
  }

  @Override
  public void close() {
    if (open != null) {
      open.close();
      open = null;
    }
  }
}
