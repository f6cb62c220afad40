package io.nearside.agent.postgres;

import io.nearside.agent.postgres.auth.AuthFailure;
import io.nearside.agent.postgres.auth.AuthQuery;
import io.nearside.agent.postgres.auth.Credential;
import io.nearside.agent.postgres.auth.UserSecret;
import io.nearside.agent.postgres.auth.Userlist;
import io.nearside.agent.postgres.upstream.Servers;
import io.nearside.agent.postgres.upstream.StoredPasswords;
import io.nearside.config.PostgresConfig;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of users: what clients must prove, and with what the sidecar logs in at servers. In
 * memory only; bounded. On the event loop.
 */
final class Credentials {
  private static final int USERS_MAX = 10_000;

  private final Vertx vertx;
  private final PostgresConfig config;
  private final StoredPasswords query;
  private final Map<String, Credential> known = new LinkedHashMap<>();
  private Userlist userlist = Userlist.EMPTY;

  /**
   * @throws IllegalStateException when the userlist can not be read
   */
  Credentials(Vertx vertx, Context context, PostgresConfig config, Servers servers) {
    this.vertx = vertx;
    this.config = config;
    this.query =
        new StoredPasswords(
            vertx, context, servers, config.auth().query(), config.pool().connectMillis());
    this.userlist = load(config);
  }

  /**
   * Reads the userlist, if there is one.
   *
   * @throws IllegalStateException naming the line that is wrong
   */
  static Userlist load(PostgresConfig config) {
    String file = config.auth().userlistFile();
    if (file.isEmpty()) {
      return Userlist.EMPTY;
    }
    try {
      return Userlist.load(Path.of(file));
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalStateException("postgres.auth.userlistFile: " + e.getMessage(), e);
    }
  }

  /** Reads the userlist again; what is wrong with it changes nothing. */
  Future<Void> reload() {
    return vertx
        .executeBlocking(() -> load(config))
        .map(
            list -> {
              userlist = list;
              return null;
            });
  }

  /** What a client has to prove; null for an unknown user. */
  Future<@Nullable UserSecret> secretOf(String user) {
    UserSecret listed = userlist.lookup(user);
    if (listed != null || config.auth().query().isEmpty()) {
      return Future.succeededFuture(listed);
    }
    return query
        .passwordOf(user)
        .compose(
            stored -> {
              try {
                return Future.succeededFuture(
                    stored == null
                        ? null
                        : AuthQuery.secretOf(user, stored.name(), stored.password()));
              } catch (AuthFailure e) {
                return Future.failedFuture(e);
              }
            });
  }

  /** For the admin database: the control user's own. */
  @Nullable UserSecret controlSecret(String user) {
    if (!user.equals(config.control().username()) || !config.control().password().isSet()) {
      return null;
    }
    return UserSecret.ofPassword(user, config.control().password().reveal());
  }

  /** With what the sidecar logs in as this user; null for nothing. */
  @Nullable Credential of(String user) {
    Credential kept = known.get(user);
    if (kept != null) {
      return kept;
    }
    UserSecret listed = userlist.lookup(user);
    String password = listed == null ? null : listed.password();
    if (password != null) {
      return new Credential.Password(password);
    }
    if (user.equals(config.control().username()) && config.control().password().isSet()) {
      return new Credential.Password(config.control().password().reveal());
    }
    return null;
  }

  void close() {
    query.close();
  }

  void keep(String user, Credential credential) {
    if (known.size() >= USERS_MAX && !known.containsKey(user)) {
      known.remove(known.keySet().iterator().next());
    }
    known.put(user, credential);
  }

  /**
   * A client proved itself: with its keys the sidecar can log in where the verifier is the same.
   */
  void keepProven(String user, UserSecret secret, Credential.ScramKeys keys) {
    if (secret.password() == null) {
      keep(user, keys);
    }
  }

  /** Keys that a server has accepted: the password need not be hashed again. */
  void keepKeys(String user, Credential.ScramKeys keys) {
    Credential before = Objects.requireNonNullElse(known.get(user), keys);
    if (before instanceof Credential.ScramKeys) {
      keep(user, keys);
    }
  }
}
