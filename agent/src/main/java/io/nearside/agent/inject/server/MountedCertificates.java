package io.nearside.agent.inject.server;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystem;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code tls.crt} and {@code tls.key} of a mounted folder, as cert-manager writes them; who writes
 * them also looks after {@code caBundle}. The files are read again every period and compared: that
 * sees every way in which they are replaced, Kubernetes' swapped symbolic link too.
 */
final class MountedCertificates implements InjectorCertificates {
  private static final Logger log = LoggerFactory.getLogger(MountedCertificates.class);
  private static final Duration PERIOD = Duration.ofSeconds(2);
  private static final List<String> KEY_TYPES = List.of("EC", "RSA", "EdDSA");

  private final Vertx vertx;
  private final Path folder;
  private final ServingKeys keys;
  private @Nullable Pem shown;

  private record Pem(Buffer certificates, Buffer key) {}

  MountedCertificates(Vertx vertx, Path folder, ServingKeys keys) {
    this.vertx = vertx;
    this.folder = folder;
    this.keys = keys;
  }

  @Override
  public Future<Void> check() {
    FileSystem files = vertx.fileSystem();
    return files
        .readFile(folder.resolve("tls.crt").toString())
        .compose(
            certificates ->
                files
                    .readFile(folder.resolve("tls.key").toString())
                    .map(key -> new Pem(certificates, key)))
        .compose(this::show);
  }

  private Future<Void> show(Pem pem) {
    if (pem.equals(shown)) {
      return Future.succeededFuture();
    }
    return vertx
        .executeBlocking(() -> parse(pem))
        .map(
            identity -> {
              keys.show(identity);
              shown = pem;
              log.info(
                  "certificate read, until={}", identity.certificate().getNotAfter().toInstant());
              return null;
            });
  }

  /** The key as PKCS#8, PKCS#1 or SEC 1: whatever Vert.x reads. */
  private ServerIdentity parse(Pem pem) throws Exception {
    var options = new PemKeyCertOptions().setCertValue(pem.certificates()).setKeyValue(pem.key());
    for (KeyManager manager : options.getKeyManagerFactory(vertx).getKeyManagers()) {
      if (!(manager instanceof X509KeyManager known)) {
        continue;
      }
      for (String type : KEY_TYPES) {
        String alias = known.chooseServerAlias(type, null, null);
        if (alias != null) {
          var identity =
              new ServerIdentity(
                  known.getPrivateKey(alias), List.of(known.getCertificateChain(alias)));
          identity.check();
          return identity;
        }
      }
    }
    throw new GeneralSecurityException(folder + ": no key of " + KEY_TYPES + " with a certificate");
  }

  @Override
  public Duration period() {
    return PERIOD;
  }

  @Override
  public boolean isTrusted() {
    return true;
  }

  @Override
  public @Nullable Instant authorityExpires() {
    return null;
  }
}
