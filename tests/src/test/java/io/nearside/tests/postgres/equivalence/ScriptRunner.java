package io.nearside.tests.postgres.equivalence;

import io.nearside.tests.stack.PostgresMessage;
import io.nearside.tests.stack.PostgresRequest;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.RawPostgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Runs one script against one endpoint and gives all that was received. One use. */
final class ScriptRunner implements AutoCloseable {
  /** How the bytes between two reads are sent: in one piece. */
  static final long WHOLE = 0;

  private static final String CLEAN =
      """
      SET lock_timeout = '15s';
      SET client_min_messages = error;
      DO $do$
      DECLARE name text;
      BEGIN
        FOR name IN SELECT nspname FROM pg_namespace
            WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' LOOP
          EXECUTE format('DROP SCHEMA %I CASCADE', name);
        END LOOP;
        EXECUTE 'CREATE SCHEMA public AUTHORIZATION app';
        EXECUTE 'GRANT USAGE ON SCHEMA public TO PUBLIC';
        PERFORM lo_unlink(oid) FROM pg_largeobject_metadata;
      END
      $do$;
      """;

  private final Endpoint endpoint;
  private final Script script;
  private final Random cuts;
  private final boolean split;
  private final Map<String, RawPostgres> connections = new HashMap<>();
  private final Map<String, ByteArrayOutputStream> unsent = new LinkedHashMap<>();
  private final List<Received> received = new ArrayList<>();

  private ScriptRunner(Endpoint endpoint, Script script, long seed) {
    this.endpoint = endpoint;
    this.script = script;
    this.split = seed != WHOLE;
    this.cuts = new Random(seed);
  }

  /**
   * Runs a script in an emptied database.
   *
   * @param seed where the bytes are cut, {@link #WHOLE} for nowhere
   */
  static List<Received> run(Endpoint endpoint, Script script, long seed) throws IOException {
    endpoint.server().sql(CLEAN);
    try (var runner = new ScriptRunner(endpoint, script, seed)) {
      for (Step step : script.steps()) {
        try {
          runner.step(step);
        } catch (IOException | RuntimeException e) {
          throw new IOException(
              "%s at '%s' of %s after %s"
                  .formatted(endpoint.name(), step.line(), script.name(), runner.lastReceived()),
              e);
        }
      }
      return runner.received;
    }
  }

  private List<Received> lastReceived() {
    return received.subList(Math.max(0, received.size() - 2), received.size());
  }

  private void step(Step step) throws IOException {
    switch (step) {
      case Step.Connect connect -> connect(connect);
      case Step.Open open -> opened(open.connection(), RawPostgres.connect(endpoint.port()));
      case Step.Encryption encryption -> {
        char answer = connection(encryption.connection()).requestEncryption(encryption.code());
        received.add(
            new Received(encryption.line(), encryption.connection(), List.of("" + answer)));
      }
      case Step.Send send -> {
        connection(send.connection());
        unsent
            .computeIfAbsent(send.connection(), c -> new ByteArrayOutputStream())
            .writeBytes(send.bytes());
      }
      case Step.Read read -> {
        flush();
        RawPostgres connection = connection(read.connection());
        List<PostgresMessage> messages = new ArrayList<>();
        for (int i = 0; i < read.times(); i++) {
          messages.addAll(connection.readUntil(read.until()));
        }
        record(read.line(), read.connection(), messages, read.mask());
      }
      case Step.End end -> {
        flushAsFarAsItIsTaken();
        record(
            end.line(),
            end.connection(),
            connection(end.connection()).readToEnd(RawPostgres.TIMEOUT),
            end.mask());
        disconnect(end.connection());
      }
      case Step.Close close -> {
        flush();
        disconnect(close.connection());
      }
      case Step.Cancel cancel -> {
        flush();
        connection(cancel.connection()).cancel();
      }
      case Step.AwaitActive active -> {
        flush();
        endpoint
            .server()
            .awaitTrue(
                "SELECT count(*) > 0 FROM pg_stat_activity WHERE state = 'active'"
                    + " AND pid <> pg_backend_pid() AND query LIKE '%"
                    + active.text()
                    + "%'");
      }
      case Step.AwaitIdle _ -> {
        flush();
        endpoint
            .server()
            .awaitTrue(
                "SELECT count(*) = 0 FROM pg_stat_activity WHERE xact_start IS NOT NULL"
                    + " AND pid <> pg_backend_pid() AND backend_type = 'client backend'");
      }
      case Step.Administer administer -> {
        flush();
        endpoint.server().sql(administer.sql());
      }
    }
  }

  private void connect(Step.Connect step) throws IOException {
    RawPostgres connection = connections.get(step.connection());
    if (connection == null) {
      connection = RawPostgres.connect(endpoint.port());
      opened(step.connection(), connection);
    }
    Map<String, String> parameters =
        RawPostgres.parameters(PostgresServer.DATABASE, script.user(), step.parameters());
    parameters.values().removeIf(String::isEmpty);
    List<PostgresMessage> messages =
        connection.startup(
            step.version(),
            parameters,
            PostgresServer.password(parameters.getOrDefault("user", "")));
    record(step.line(), step.connection(), messages, Mask.NONE);
  }

  private void opened(String name, RawPostgres connection) {
    connections.put(name, connection);
  }

  private void disconnect(String name) {
    RawPostgres connection = connections.remove(name);
    if (connection != null) {
      connection.close();
    }
  }

  private RawPostgres connection(String name) throws IOException {
    if (!connections.containsKey(name)) {
      connect(new Step.Connect("login of " + name, name, PostgresRequest.VERSION_3_0, Map.of()));
    }
    RawPostgres connection = connections.get(name);
    if (connection == null) {
      throw new IllegalStateException("no connection " + name);
    }
    return connection;
  }

  private void record(String line, String name, List<PostgresMessage> messages, Mask mask) {
    received.add(new Received(line, name, Normaliser.apply(messages, mask)));
  }

  /** Who is going to close the connection need not read all of it first. */
  private void flushAsFarAsItIsTaken() {
    try {
      flush();
    } catch (IOException closed) {
      unsent.clear();
    }
  }

  private void flush() throws IOException {
    for (var entry : unsent.entrySet()) {
      byte[] bytes = entry.getValue().toByteArray();
      RawPostgres connection = connection(entry.getKey());
      int at = 0;
      while (at < bytes.length) {
        // Small at first, then larger, so that a few megabytes do not take a million writes.
        int most = split ? 1 + cuts.nextInt(at < 2_000 ? 12 : 60_000) : bytes.length;
        int end = Math.min(bytes.length, at + most);
        connection.send(Arrays.copyOfRange(bytes, at, end));
        at = end;
      }
    }
    unsent.clear();
  }

  @Override
  public void close() {
    connections.values().forEach(RawPostgres::close);
  }
}
