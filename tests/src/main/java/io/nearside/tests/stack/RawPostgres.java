package io.nearside.tests.stack;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL connection that knows only bytes: it sends what it is given and gives every message
 * as it stood on the wire, over TCP or a unix socket. It answers only what a login asks. While it
 * sends it keeps reading. One thread at a time, but for {@link #cancel}.
 */
public final class RawPostgres implements AutoCloseable {
  /** How long a read or a write may wait unless the caller says otherwise. */
  public static final Duration TIMEOUT = Duration.ofSeconds(20);

  private static final int MESSAGE_BYTES_MAX = 1 << 30;
  private static final int SASL_CONTINUE = 11;

  private final SocketAddress address;
  private final WireSocket socket;
  private int processId;
  private byte[] secret = new byte[0];

  private RawPostgres(SocketAddress address) throws IOException {
    this.address = address;
    socket = new WireSocket(address, TIMEOUT);
  }

  /** Connects to a TCP or unix socket address; nothing is sent yet. */
  public static RawPostgres connect(SocketAddress address) throws IOException {
    return new RawPostgres(address);
  }

  /** Connects to a port of the loopback address; nothing is sent yet. */
  public static RawPostgres connect(int port) throws IOException {
    return connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** Connects to a unix socket by its path, {@code .../.s.PGSQL.5432}; nothing is sent yet. */
  public static RawPostgres connect(Path unixSocket) throws IOException {
    return connect(UnixDomainSocketAddress.of(unixSocket));
  }

  /**
   * Connects and logs in with protocol 3.0.
   *
   * @throws IOException when the login is refused
   */
  public static RawPostgres login(
      SocketAddress address, String database, String user, String password) throws IOException {
    RawPostgres connection = connect(address);
    try {
      List<PostgresMessage> replies =
          connection.startup(
              PostgresRequest.VERSION_3_0, parameters(database, user, Map.of()), password);
      if (replies.getLast().type() != 'Z') {
        throw new IOException("the login was refused: " + replies.getLast().fields());
      }
      return connection;
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  /** The same over a port of the loopback address. */
  public static RawPostgres login(int port, String database, String user, String password)
      throws IOException {
    return login(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), database, user, password);
  }

  /** The parameters of a startup packet: user, database, and others. */
  public static Map<String, String> parameters(
      String database, String user, Map<String, String> others) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("user", user);
    parameters.put("database", database);
    parameters.putAll(others);
    return parameters;
  }

  /**
   * Sends an SSLRequest or GSSENCRequest and gives the byte that answers it.
   *
   * @throws EOFException when the peer closes instead
   */
  public char requestEncryption(int code) throws IOException {
    send(PostgresRequest.encryption(code));
    await(1, System.nanoTime() + TIMEOUT.toNanos());
    return (char) (socket.take(1)[0] & 0xff);
  }

  /**
   * Sends a startup packet, answers what the login asks (cleartext, SCRAM-SHA-256), and gives every
   * message up to the first ReadyForQuery or ErrorResponse, that one included.
   *
   * @throws IOException when the server asks for another method or does not prove itself
   */
  public List<PostgresMessage> startup(int version, Map<String, String> parameters, String password)
      throws IOException {
    send(PostgresRequest.startup(version, parameters));
    List<PostgresMessage> replies = new ArrayList<>();
    var scram = new ScramExchange(password);
    while (true) {
      PostgresMessage message = receive();
      replies.add(message);
      switch (message.type()) {
        case 'R' -> authenticate(message, scram, password);
        case 'K' -> {
          processId = message.int32(0);
          secret = Arrays.copyOfRange(message.body(), 4, message.body().length);
        }
        case 'Z', 'E' -> {
          return replies;
        }
        default -> {
          // kept for the caller
        }
      }
    }
  }

  private void authenticate(PostgresMessage message, ScramExchange scram, String password)
      throws IOException {
    int method = message.int32(0);
    String rest = new String(message.body(), 4, message.body().length - 4, UTF_8);
    switch (method) {
      case 0 -> {
        // done
      }
      case 3 -> send(PostgresRequest.password((password + "\0").getBytes(UTF_8)));
      case 10 -> {
        if (!Arrays.asList(rest.split("\0", -1)).contains("SCRAM-SHA-256")) {
          throw new IOException("no method that the tests know: " + message);
        }
        byte[] first = scram.clientFirst().getBytes(UTF_8);
        byte[] name = "SCRAM-SHA-256\0".getBytes(UTF_8);
        send(
            PostgresRequest.password(
                ByteBuffer.allocate(name.length + 4 + first.length)
                    .put(name)
                    .putInt(first.length)
                    .put(first)
                    .array()));
      }
      case SASL_CONTINUE -> send(PostgresRequest.password(scram.clientFinal(rest).getBytes(UTF_8)));
      case 12 -> {
        if (!scram.proves(rest)) {
          throw new IOException("the server does not know the password's verifier");
        }
      }
      default -> throw new IOException("no method that the tests know: " + message);
    }
  }

  /** The process id of the BackendKeyData. */
  public int processId() {
    return processId;
  }

  /** The cancel key of the BackendKeyData: 4 bytes, or up to 256 with protocol 3.2. */
  public byte[] secret() {
    return secret.clone();
  }

  /** Sends a CancelRequest over a connection of its own and waits until that is closed. */
  public void cancel() throws IOException {
    cancel(processId, secret);
  }

  /** The same with any key. */
  public void cancel(int anyProcessId, byte[] anySecret) throws IOException {
    try (RawPostgres other = connect(address)) {
      other.send(PostgresRequest.cancel(anyProcessId, anySecret));
      other.readToEnd(TIMEOUT);
    }
  }

  /**
   * Sends bytes as they are; what arrives meanwhile is kept for the next read.
   *
   * @throws SocketTimeoutException when the peer takes nothing for {@link #TIMEOUT}
   */
  public void send(byte[]... messages) throws IOException {
    int length = 0;
    for (byte[] message : messages) {
      length += message.length;
    }
    ByteBuffer all = ByteBuffer.allocate(length);
    for (byte[] message : messages) {
      all.put(message);
    }
    socket.send(all.array());
  }

  /** The next message within {@link #TIMEOUT}. */
  public PostgresMessage receive() throws IOException {
    return receive(TIMEOUT);
  }

  /**
   * The next message.
   *
   * @throws SocketTimeoutException when it has not come in time; says what has
   * @throws EOFException when the peer closed before
   */
  public PostgresMessage receive(Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    await(5, deadline);
    int length = socket.at(1) << 24 | socket.at(2) << 16 | socket.at(3) << 8 | socket.at(4);
    if (length < 4 || length > MESSAGE_BYTES_MAX) {
      throw new IOException("no message: " + Printable.of(socket.take(socket.available())));
    }
    await(length + 1, deadline);
    byte[] whole = socket.take(length + 1);
    return new PostgresMessage(
        (char) (whole[0] & 0xff), Arrays.copyOfRange(whole, 5, whole.length));
  }

  /** Whether a byte comes within the time, or stands unread; a close counts as none. */
  public boolean hasBytesWithin(Duration timeout) throws IOException {
    try {
      await(1, System.nanoTime() + timeout.toNanos());
      return true;
    } catch (SocketTimeoutException | EOFException none) {
      return false;
    }
  }

  /** All messages up to the next of a type, that one included. */
  public List<PostgresMessage> readUntil(char type) throws IOException {
    return readUntil(type, TIMEOUT);
  }

  /** The same within a time for the whole. */
  public List<PostgresMessage> readUntil(char type, Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    List<PostgresMessage> messages = new ArrayList<>();
    while (messages.isEmpty() || messages.getLast().type() != type) {
      try {
        messages.add(receive(Duration.ofNanos(deadline - System.nanoTime())));
      } catch (SocketTimeoutException | EOFException missing) {
        missing.addSuppressed(new IOException("no " + type + " after " + messages));
        throw missing;
      }
    }
    return messages;
  }

  /** Sends a simple Query and gives all its replies, the ReadyForQuery included. */
  public List<PostgresMessage> query(String sql) throws IOException {
    send(PostgresRequest.query(sql));
    return readUntil('Z');
  }

  /**
   * Runs a simple Query and gives the rows of its results as text.
   *
   * @throws IOException with the server's words when it answers with an error
   */
  public List<List<@Nullable String>> rows(String sql) throws IOException {
    List<List<@Nullable String>> rows = new ArrayList<>();
    for (PostgresMessage message : query(sql)) {
      if (message.type() == 'E') {
        throw new IOException(sql + ": " + message.fields());
      }
      if (message.type() == 'D') {
        rows.add(row(message));
      }
    }
    return rows;
  }

  /** The values of a DataRow as text. */
  public static List<@Nullable String> row(PostgresMessage message) {
    ByteBuffer body = ByteBuffer.wrap(message.body());
    int count = body.getShort();
    List<@Nullable String> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = body.getInt();
      if (length < 0) {
        values.add(null);
      } else {
        byte[] value = new byte[length];
        body.get(value);
        values.add(new String(value, UTF_8));
      }
    }
    return values;
  }

  /**
   * Reads until the peer closes and gives the whole messages it sent before; a reset is a close.
   *
   * @throws SocketTimeoutException when the peer stays
   */
  public List<PostgresMessage> readToEnd(Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    List<PostgresMessage> messages = new ArrayList<>();
    try {
      while (true) {
        messages.add(receive(Duration.ofNanos(deadline - System.nanoTime())));
      }
    } catch (EOFException closed) {
      return messages;
    }
  }

  /** Ends our direction only (a FIN); replies can still be read. */
  public void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Makes {@link #close} end the connection by a reset instead of a FIN (TCP only). */
  public void resetOnClose() throws IOException {
    socket.resetOnClose();
  }

  /** Ends the connection without a Terminate. */
  @Override
  public void close() {
    socket.close();
  }

  private void await(int bytes, long deadline) throws IOException {
    while (socket.available() < bytes) {
      String missing = "only " + socket.available() + " of " + bytes + " bytes";
      if (socket.ended()) {
        throw new EOFException("the peer closed after " + missing);
      }
      socket.receive(deadline, missing);
    }
  }
}
