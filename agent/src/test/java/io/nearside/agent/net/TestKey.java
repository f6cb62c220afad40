package io.nearside.agent.net;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/** A key and a certificate that signs itself, made by the JDK's keytool when the test runs. */
public record TestKey(String certFile, String keyFile) {
  private static final String PASSWORD = "of-tests-only";
  private static final String ALIAS = "nearside";

  /**
   * Makes one; its files stand in the folder.
   *
   * @param algorithm of keytool: {@code EC}, {@code RSA}, {@code Ed25519}
   * @param signature of keytool; empty: its default for the algorithm
   * @param names for which it is, such as {@code ip:127.0.0.1,dns:localhost}
   */
  public static TestKey in(
      Path folder, String name, String algorithm, String signature, String names)
      throws IOException, GeneralSecurityException {
    Path store = folder.resolve(name + ".p12");
    keytool(store, name, algorithm, signature, names);
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    Path cert = folder.resolve(name + ".crt");
    Path key = folder.resolve(name + ".key");
    Files.writeString(cert, pem("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded()));
    Files.writeString(
        key, pem("PRIVATE KEY", keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded()));
    return new TestKey(cert.toString(), key.toString());
  }

  private static void keytool(
      Path store, String name, String algorithm, String signature, String names)
      throws IOException {
    var command =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            ALIAS,
            "-keyalg",
            algorithm,
            "-dname",
            "CN=" + name,
            "-ext",
            "san=" + names,
            "-validity",
            "2",
            "-storetype",
            "PKCS12",
            "-keystore",
            store.toString(),
            "-storepass",
            PASSWORD);
    if (!signature.isEmpty()) {
      command.command().add("-sigalg");
      command.command().add(signature);
    }
    Process process = command.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IllegalStateException("keytool: " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String what, byte[] bytes) {
    return "-----BEGIN "
        + what
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
        + "\n-----END "
        + what
        + "-----\n";
  }
}
