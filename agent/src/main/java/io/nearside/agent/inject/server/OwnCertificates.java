package io.nearside.agent.inject.server;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An authority of our own, shared by the replicas in a Secret; every replica signs for itself.
 *
 * <p>A check reads the webhook configuration <em>before</em> the Secret and writes it only if it
 * has not changed since. What another replica wrote there it first wrote to the Secret: so a slow
 * replica can not write a bundle that is older than the one it replaces.
 */
final class OwnCertificates implements InjectorCertificates {
  private static final Logger log = LoggerFactory.getLogger(OwnCertificates.class);
  private static final int ATTEMPTS_MAX = 4;
  private static final Duration PERIOD_MAX = Duration.ofSeconds(5);
  private static final Duration PERIOD_MIN = Duration.ofMillis(500);
  private static final Duration LEARNING_MAX = Duration.ofSeconds(30);
  // Checks, and time to learn of a new authority, in the shorter lifetime.
  private static final int CHECKS = 32;

  private final Vertx vertx;
  private final KubeApi api;
  private final Settings settings;
  private final WebhookBundle webhook;
  private final ServingKeys keys;
  private final InstantSource clock;
  private final Keytool keytool = new Keytool();
  private volatile @Nullable AuthoritySecret held;
  private @Nullable Learning learning;
  private volatile boolean bundled;

  /**
   * What its flags say.
   *
   * @param service whose DNS names the certificate has
   * @param authorityLifetime of an authority
   * @param certificateLifetime of a server's certificate
   */
  record Settings(
      ObjectName secret,
      ObjectName service,
      Duration authorityLifetime,
      Duration certificateLifetime) {}

  /** Since when every webhook was seen to trust the next authority. */
  private record Learning(X509Certificate next, Instant since) {}

  OwnCertificates(
      Vertx vertx,
      KubeApi api,
      Settings settings,
      WebhookBundle webhook,
      ServingKeys keys,
      InstantSource clock) {
    this.vertx = vertx;
    this.api = api;
    this.settings = settings;
    this.webhook = webhook;
    this.keys = keys;
    this.clock = clock;
  }

  @Override
  public Future<Void> check() {
    return check(1);
  }

  private Future<Void> check(int attempt) {
    return webhook
        .read()
        .compose(
            configuration ->
                secret(1)
                    .compose(stored -> rotate(stored, configuration))
                    .compose(
                        authorities -> {
                          held = authorities;
                          // A server that can be verified as soon as the bundle is there.
                          return serve(authorities.current())
                              .compose(v -> publish(configuration, authorities));
                        }))
        // Another replica was faster, and what it wrote may be what we want.
        .compose(
            v -> {
              if (bundled) {
                return Future.succeededFuture();
              }
              return attempt < ATTEMPTS_MAX
                  ? check(attempt + 1)
                  : Future.failedFuture(
                      new KubeException(
                          "caBundle is not written: the webhook configuration changes all the time,"
                              + " or the API server refuses the patch"));
            });
  }

  /** What the Secret holds, with its version. */
  private record Stored(AuthoritySecret authorities, String version) {}

  private Future<Stored> secret(int attempt) {
    return api.get(path())
        .compose(
            answer -> {
              if (answer.isFound() && !AuthoritySecret.isEmpty(answer.body())) {
                return Future.succeededFuture(parsed(answer));
              }
              return first()
                  .compose(
                      made ->
                          answer.isFound()
                              ? api.put(path(), written(made, answer.version()))
                              : api.post(collection(), written(made, "")))
                  .compose(
                      created -> {
                        if (created.isConflict() && attempt < ATTEMPTS_MAX) {
                          return secret(attempt + 1); // another replica was faster
                        }
                        if (!created.isFound()) {
                          return Future.failedFuture(
                              new KubeException(
                                  "Secret "
                                      + settings.secret()
                                      + " can not be made: "
                                      + created.status()
                                      + " "
                                      + created.body().getString("message", "")));
                        }
                        log.info("authority written to Secret {}", settings.secret());
                        return Future.succeededFuture(parsed(created));
                      });
            });
  }

  private Stored parsed(KubeAnswer answer) {
    try {
      return new Stored(AuthoritySecret.of(answer.body()), answer.version());
    } catch (GeneralSecurityException e) {
      throw new KubeException(
          "Secret "
              + settings.secret()
              + " holds no authority of ours ("
              + e.getMessage()
              + "): it is left as it is; delete it, or name another with --ca-secret");
    }
  }

  /** What we held when somebody deleted the Secret, so that what is served stays trusted. */
  private Future<AuthoritySecret> first() {
    AuthoritySecret known = held;
    return known != null
        ? Future.succeededFuture(known)
        : authority().map(made -> new AuthoritySecret(made, null, null));
  }

  private Future<CertificateAuthority> authority() {
    return vertx.executeBlocking(() -> keytool.newAuthority(settings.authorityLifetime()));
  }

  private Future<AuthoritySecret> rotate(Stored stored, KubeAnswer configuration) {
    AuthoritySecret now = stored.authorities();
    CertificateAuthority next = now.next();
    RotationStep step =
        RotationStep.of(
            now,
            settings.authorityLifetime(),
            next != null && isKnown(next, configuration),
            clock.instant());
    return switch (step) {
      case KEEP -> Future.succeededFuture(now);
      case PREPARE ->
          authority().compose(made -> replace(stored, now.withNext(made), "the next one prepared"));
      case PROMOTE ->
          next == null
              ? Future.succeededFuture(now)
              : replace(stored, now.promoted(next), "the next one signs");
      case REPLACE ->
          authority()
              .compose(
                  made ->
                      replace(stored, new AuthoritySecret(made, null, null), "expired, made anew"));
    };
  }

  /** Whether every webhook has trusted it long enough for all API servers to have seen that. */
  private boolean isKnown(CertificateAuthority next, KubeAnswer configuration) {
    if (!webhook.holds(configuration, CertificateAuthority.pem(next.certificate()))) {
      learning = null;
      return false;
    }
    Learning begun = learning;
    if (begun == null || !begun.next().equals(next.certificate())) {
      learning = new Learning(next.certificate(), clock.instant());
      return false;
    }
    return !begun.since().plus(shorter(LEARNING_MAX)).isAfter(clock.instant());
  }

  private Future<AuthoritySecret> replace(Stored stored, AuthoritySecret wanted, String what) {
    return api.put(path(), written(wanted, stored.version()))
        .compose(
            answer -> {
              if (answer.isFound()) {
                log.info("authority in Secret {}: {}", settings.secret(), what);
                return Future.succeededFuture(wanted);
              }
              return answer.isConflict()
                  ? secret(1).map(Stored::authorities) // another replica did it
                  : Future.failedFuture(new KubeException("Secret " + settings.secret() + " left"));
            });
  }

  private Future<Void> publish(KubeAnswer configuration, AuthoritySecret authorities) {
    String bundle = authorities.bundle(clock.instant());
    return webhook
        .write(configuration, bundle)
        .onFailure(failure -> bundled = false)
        .map(
            written -> {
              bundled = written;
              return null;
            });
  }

  /** Signs anew when the authority is another one, or the certificate's time is nearly over. */
  private Future<Void> serve(CertificateAuthority authority) {
    Instant now = clock.instant();
    Duration whole = settings.certificateLifetime();
    Duration possible = authority.left(now).compareTo(whole) < 0 ? authority.left(now) : whole;
    ServerIdentity shown = keys.identity();
    if (shown != null && shown.isSignedBy(authority.certificate())) {
      Duration left = shown.left(now);
      // An authority near its end can not give more than it has: then its successor signs.
      if (!RotationStep.isDue(left, whole) || possible.compareTo(left.multipliedBy(2)) <= 0) {
        return Future.succeededFuture();
      }
    }
    return vertx
        .executeBlocking(() -> keytool.sign(authority, settings.service().serviceNames(), possible))
        .map(
            identity -> {
              keys.show(identity);
              log.info(
                  "certificate signed, until={}", identity.certificate().getNotAfter().toInstant());
              return null;
            });
  }

  private JsonObject written(AuthoritySecret authorities, String version) {
    return authorities.toSecret(settings.secret(), version);
  }

  private String collection() {
    return "/api/v1/namespaces/" + settings.secret().namespace() + "/secrets";
  }

  private String path() {
    return collection() + "/" + settings.secret().name();
  }

  /** A part of the shorter lifetime, at most so much. */
  private Duration shorter(Duration most) {
    Duration life =
        settings.authorityLifetime().compareTo(settings.certificateLifetime()) < 0
            ? settings.authorityLifetime()
            : settings.certificateLifetime();
    Duration part = life.dividedBy(CHECKS);
    return part.compareTo(most) < 0 ? part : most;
  }

  @Override
  public Duration period() {
    Duration part = shorter(PERIOD_MAX);
    return part.compareTo(PERIOD_MIN) < 0 ? PERIOD_MIN : part;
  }

  @Override
  public boolean isTrusted() {
    return bundled;
  }

  @Override
  public @Nullable Instant authorityExpires() {
    AuthoritySecret known = held;
    return known == null ? null : known.current().certificate().getNotAfter().toInstant();
  }
}
