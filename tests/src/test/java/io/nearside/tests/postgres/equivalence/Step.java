package io.nearside.tests.postgres.equivalence;

import java.util.Map;

/** One step of a script, with the line it was written as. Connections are known by a word. */
sealed interface Step {
  /** Where it stands. */
  String line();

  /** Opens a connection and logs in. */
  record Connect(String line, String connection, int version, Map<String, String> parameters)
      implements Step {
    public Connect {
      parameters = Map.copyOf(parameters);
    }
  }

  /** Opens a connection on which nothing is sent. */
  record Open(String line, String connection) implements Step {}

  /** Asks for encryption and records the one byte that answers. */
  record Encryption(String line, String connection, int code) implements Step {}

  /** Sends the bytes, together with those of the steps before it that nothing was read between. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Send(String line, String connection, byte[] bytes) implements Step {}

  /** Reads up to the {@code times}-th message of a type. */
  record Read(String line, String connection, char until, int times, Mask mask) implements Step {}

  /** Reads until the peer closes, which it must do. */
  record End(String line, String connection, Mask mask) implements Step {}

  /** The client closes without a word. */
  record Close(String line, String connection) implements Step {}

  /** Cancels what a connection runs now. */
  record Cancel(String line, String connection) implements Step {}

  /** Waits at the server until a statement with this text is active. */
  record AwaitActive(String line, String text) implements Step {}

  /** Waits at the server until no session but ours is in a transaction. */
  record AwaitIdle(String line) implements Step {}

  /** Runs SQL as superuser at the server. */
  record Administer(String line, String sql) implements Step {}
}
