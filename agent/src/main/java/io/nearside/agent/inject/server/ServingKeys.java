package io.nearside.agent.inject.server;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows the server's identity of now to every new handshake, so that a renewed certificate needs no
 * restart and closes no connection. A handshake that has begun ends with the identity it began
 * with: the alias it was given says which. Thread-safe.
 */
final class ServingKeys extends X509ExtendedKeyManager {
  private volatile @Nullable Shown shown;

  /** The identity of now, and the one before it for handshakes under way. */
  private record Shown(int number, ServerIdentity identity, @Nullable ServerIdentity before) {
    String alias() {
      return Integer.toString(number);
    }
  }

  /** Shown from now on. */
  synchronized void show(ServerIdentity identity) {
    Shown last = shown;
    shown =
        last == null
            ? new Shown(1, identity, null)
            : new Shown(last.number() + 1, identity, last.identity());
  }

  /** What new handshakes are shown; null: there is none yet, and they fail. */
  @Nullable ServerIdentity identity() {
    Shown now = shown;
    return now == null ? null : now.identity();
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    Shown now = shown;
    return now != null && now.identity().certificate().getPublicKey().getAlgorithm().equals(keyType)
        ? now.alias()
        : null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return chooseEngineServerAlias(keyType, issuers, null);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    String alias = chooseEngineServerAlias(keyType, issuers, null);
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    ServerIdentity identity = find(alias);
    return identity == null ? null : identity.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    ServerIdentity identity = find(alias);
    return identity == null ? null : identity.key();
  }

  private @Nullable ServerIdentity find(String alias) {
    Shown now = shown;
    if (now == null) {
      return null;
    }
    return alias.equals(now.alias())
        ? now.identity()
        : alias.equals(Integer.toString(now.number() - 1)) ? now.before() : null;
  }

  /** We are no client. */
  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  /** We are no client. */
  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
