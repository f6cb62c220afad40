package io.nearside.agent.postgres.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against real servers; skipped where the machine has none. */
@Timeout(120)
class StoredPasswordsTest {
  private static final String QUERY = "SELECT usename, passwd FROM pg_shadow WHERE usename = $1";

  private static StoredPasswords passwords(RealServers real, String sql, long millis) {
    return new StoredPasswords(real.vertx, real.context, real.servers, sql, millis);
  }

  @Test
  void passwordOf_gives_whatTheServerStores() throws Exception {
    try (var real = RealServers.start(0, "postgres")) {
      real.sql(0, "CREATE ROLE anna LOGIN PASSWORD 'secret'; CREATE ROLE bare LOGIN");
      StoredPasswords passwords = passwords(real, QUERY, 5000);
      StoredPassword anna = RealServers.get(real.on(() -> passwords.passwordOf("anna")));
      assertNotNull(anna);
      assertEquals("anna", anna.name());
      assertTrue(String.valueOf(anna.password()).startsWith("SCRAM-SHA-256$"));
      assertFalse(anna.toString().contains("SCRAM"));
      assertEquals(
          new StoredPassword("bare", null),
          RealServers.get(real.on(() -> passwords.passwordOf("bare"))));
      assertNull(RealServers.get(real.on(() -> passwords.passwordOf("o'nobody"))));
      real.on(
          () -> {
            passwords.close();
            return true;
          });
    }
  }

  @Test
  void passwordOf_oneColumn_isThePassword() throws Exception {
    try (var real = RealServers.start(0, "postgres")) {
      StoredPasswords passwords = passwords(real, "SELECT 'x' || $1::text", 5000);
      assertEquals(
          new StoredPassword("anna", "xanna"),
          RealServers.get(real.on(() -> passwords.passwordOf("anna"))));
    }
  }

  @Test
  void passwordOf_manyAtOnce_allAnsweredByOneConnection() throws Exception {
    try (var real = RealServers.start(0, "postgres")) {
      StoredPasswords passwords =
          passwords(real, "SELECT $1::text, pg_backend_pid()::text", 20_000);
      List<Future<StoredPassword>> asked = new ArrayList<>();
      real.on(
          () -> {
            for (int i = 0; i < 300; i++) {
              asked.add(passwords.passwordOf("u" + i % 100).map(Objects::requireNonNull));
            }
            return true;
          });
      List<String> backends = new ArrayList<>();
      for (int i = 0; i < asked.size(); i++) {
        StoredPassword answer = RealServers.get(asked.get(i));
        assertEquals("u" + i % 100, answer.name());
        backends.add(String.valueOf(answer.password()));
      }
      assertEquals(1, backends.stream().distinct().count());
    }
  }

  @Test
  void passwordOf_slowAnswer_failsInTimeAndTheWatchGoesOn() throws Exception {
    try (var real = RealServers.start(0, "postgres")) {
      StoredPasswords passwords = passwords(real, "SELECT $1::text, pg_sleep(3600)::text", 300);
      Future<?> asked = real.on(() -> passwords.passwordOf("anna"));
      var failure = assertThrows(ExecutionException.class, () -> RealServers.get(asked));
      assertTrue(failure.getCause() instanceof TimeoutException, failure::toString);
      assertNotNull(real.on(real.servers::primary));
    }
  }

  @Test
  void passwordOf_queryIsWrong_failsWithTheServersWords() throws Exception {
    try (var real = RealServers.start(0)) {
      StoredPasswords passwords = passwords(real, QUERY, 5000);
      Future<?> asked = real.on(() -> passwords.passwordOf("anna"));
      var failure = assertThrows(ExecutionException.class, () -> RealServers.get(asked));
      assertTrue(
          ControlConnection.reason(Objects.requireNonNull(failure.getCause())).contains("(42501)"),
          failure::toString);
    }
  }

  @Test
  void passwordOf_primaryAway_asksAReplica_andBackThePrimary() throws Exception {
    try (var real = RealServers.start(1, "postgres")) {
      StoredPasswords passwords =
          passwords(real, "SELECT $1::text, pg_is_in_recovery()::text", 5000);
      StoredPassword first = RealServers.get(real.on(() -> passwords.passwordOf("anna")));
      assertEquals(new StoredPassword("anna", "false"), first);
      real.postgres.get(0).kill();
      real.awaitOn("away", () -> real.servers.primary() == null);
      StoredPassword second = RealServers.get(real.on(() -> passwords.passwordOf("anna")));
      assertEquals(new StoredPassword("anna", "true"), second);
      real.postgres.get(0).start();
      real.awaitOn("back", () -> real.servers.primary() != null);
      StoredPassword third = RealServers.get(real.on(() -> passwords.passwordOf("anna")));
      assertEquals(first, third);
    }
  }

  @Test
  void passwordOf_noServer_fails() throws Exception {
    try (var real = RealServers.start(0, "postgres")) {
      real.postgres.get(0).kill();
      real.awaitOn("away", () -> real.servers.primary() == null);
      StoredPasswords passwords = passwords(real, QUERY, 5000);
      Future<?> asked = real.on(() -> passwords.passwordOf("anna"));
      assertThrows(ExecutionException.class, () -> RealServers.get(asked));
    }
  }
}
