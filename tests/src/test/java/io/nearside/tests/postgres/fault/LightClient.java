package io.nearside.tests.postgres.fault;

import io.nearside.tests.stack.PostgresRequest;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.RawPostgres;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;

/**
 * A client that costs one descriptor and a small buffer, logs in without a password, and counts
 * what it is answered without keeping it. One thread at a time.
 */
final class LightClient implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 60_000;

  private final Socket socket;
  private final DataInputStream in;

  LightClient(int port, int bufferBytes) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), bufferBytes));
    send(
        PostgresRequest.startup(
            PostgresRequest.VERSION_3_0,
            RawPostgres.parameters(PostgresServer.DATABASE, PostgresServer.USER, Map.of())));
    readToReady();
  }

  void send(byte[] message) throws IOException {
    socket.getOutputStream().write(message);
  }

  /** Asks a simple query; gives the bytes of the rows. */
  long query(String sql) throws IOException {
    send(PostgresRequest.query(sql));
    return readToReady();
  }

  /**
   * Reads up to ReadyForQuery and gives the bytes of the DataRows.
   *
   * @throws IOException on an error too
   */
  long readToReady() throws IOException {
    long rowBytes = 0;
    while (true) {
      int type = in.readUnsignedByte();
      int length = in.readInt() - 4;
      if (type == 'D') {
        rowBytes += length;
      }
      if (type == 'E') {
        throw new IOException(
            new String(in.readNBytes(length), java.nio.charset.StandardCharsets.UTF_8));
      }
      in.skipNBytes(length);
      if (type == 'Z') {
        return rowBytes;
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
