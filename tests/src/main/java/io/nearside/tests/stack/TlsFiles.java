package io.nearside.tests.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/**
 * A self-signed certificate and its key as cert-manager would mount them: {@code tls.crt} and
 * {@code tls.key}.
 *
 * @param certificate PEM
 * @param key PEM, PKCS#8
 */
public record TlsFiles(String certificate, String key) {
  private static final String PASSWORD = "changeit";

  /** Makes them with the JDK's keytool. */
  public static TlsFiles of(String dnsName) {
    try {
      Path folder = Files.createTempDirectory("nearside-tls-");
      Path store = folder.resolve("store.p12");
      try {
        run(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-alias",
                "tls",
                "-dname",
                "CN=test",
                "-ext",
                "san=dns:" + dnsName,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        return new TlsFiles(
            pem("CERTIFICATE", keys.getCertificate("tls").getEncoded()),
            pem("PRIVATE KEY", keys.getKey("tls", PASSWORD.toCharArray()).getEncoded()));
      } finally {
        ChildProcess.removeTree(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void run(List<String> command) throws IOException {
    try {
      int code =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      if (code != 0) {
        throw new IllegalStateException("keytool ended with " + code);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static String pem(String kind, byte[] content) {
    return "-----BEGIN "
        + kind
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
        + "\n-----END "
        + kind
        + "-----\n";
  }

  /**
   * Puts them into a mounted folder as the kubelet does: into a new folder beside, and then one
   * symbolic link is swapped.
   */
  public void mount(Path folder) throws IOException {
    Path version = Files.createTempDirectory(folder, "..version");
    Files.writeString(version.resolve("tls.crt"), certificate);
    Files.writeString(version.resolve("tls.key"), key);
    Path link = folder.resolve("..data");
    Path fresh = folder.resolve("..data_tmp");
    Files.createSymbolicLink(fresh, version.getFileName());
    Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE);
    for (String name : List.of("tls.crt", "tls.key")) {
      if (!Files.isSymbolicLink(folder.resolve(name))) {
        Files.createSymbolicLink(folder.resolve(name), Path.of("..data", name));
      }
    }
  }
}
