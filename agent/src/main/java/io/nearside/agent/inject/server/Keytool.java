package io.nearside.agent.inject.server;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Makes certificates with the JDK's own {@code keytool}, as the JDK has no public API for that. It
 * runs as a child process in a private folder that is gone afterwards; passwords go by its
 * environment, not by its arguments. Blocks: about a second per certificate. Thread-safe.
 */
final class Keytool {
  /** The first words of every authority's name. */
  static final String AUTHORITY = "nearside-injector-ca";

  private static final String PASSWORD_VARIABLE = "NEARSIDE_STORE_PASSWORD";
  private static final String STORE = "store.p12";
  private static final long TIMEOUT_SECONDS = 60;
  private static final int PASSWORD_BYTES = 24;
  private static final long DAY_SECONDS = Duration.ofDays(1).toSeconds();

  // A common name is at most 64 characters long (X.520), a service's DNS name may be longer.
  private static final String SERVER = "nearside-injector";

  private final SecureRandom random = new SecureRandom();

  /** A self-signed authority that may sign servers' certificates. */
  CertificateAuthority newAuthority(Duration lifetime)
      throws IOException, InterruptedException, GeneralSecurityException {
    var bytes = new byte[PASSWORD_BYTES];
    random.nextBytes(bytes);
    String password = HexFormat.of().formatHex(bytes);
    // A name of its own, so that a client that trusts two of them need not try both.
    String name = AUTHORITY + " " + Instant.now().truncatedTo(ChronoUnit.SECONDS);
    Path folder = Files.createTempDirectory("nearside-ca-");
    try {
      List<String> arguments = new ArrayList<>(List.of("-alias", CertificateAuthority.ALIAS));
      arguments.addAll(List.of("-dname", "CN=" + name, "-ext", "bc:c=ca:true,pathlen:0"));
      arguments.addAll(List.of("-ext", "ku:c=keyCertSign,cRLSign"));
      run(folder, password, arguments, lifetime);
      return CertificateAuthority.of(
          Buffer.buffer(Files.readAllBytes(folder.resolve(STORE))), password);
    } finally {
      remove(folder);
    }
  }

  /**
   * A key of its own and a server's certificate for it.
   *
   * @param names DNS names, at least one
   */
  ServerIdentity sign(CertificateAuthority authority, List<String> names, Duration lifetime)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path folder = Files.createTempDirectory("nearside-server-");
    try {
      Files.write(folder.resolve(STORE), authority.store().getBytes());
      List<String> arguments = new ArrayList<>(List.of("-alias", SERVER));
      arguments.addAll(List.of("-signer", CertificateAuthority.ALIAS, "-dname", "CN=" + SERVER));
      arguments.addAll(List.of("-ext", "eku=serverAuth", "-ext", "ku:c=digitalSignature"));
      arguments.addAll(
          List.of(
              "-ext",
              "san=" + names.stream().map(dns -> "dns:" + dns).collect(Collectors.joining(","))));
      run(folder, authority.password(), arguments, lifetime);
      return ServerIdentity.of(
          CertificateAuthority.load(
              Buffer.buffer(Files.readAllBytes(folder.resolve(STORE))), authority.password()),
          SERVER,
          authority.password());
    } finally {
      remove(folder);
    }
  }

  private static void run(Path folder, String password, List<String> arguments, Duration lifetime)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-J-Xmx48m"));
    command.addAll(List.of("-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1"));
    command.addAll(List.of("-sigalg", "SHA256withECDSA", "-storetype", "PKCS12"));
    command.addAll(List.of("-keystore", STORE, "-storepass:env", PASSWORD_VARIABLE));
    command.addAll(validity(lifetime));
    command.addAll(arguments);
    Path output = folder.resolve("output");
    var builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put(PASSWORD_VARIABLE, password);
    Process process = builder.start();
    try {
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("keytool did not end within " + TIMEOUT_SECONDS + " s");
      }
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      throw new IOException("keytool: " + Files.readString(output, StandardCharsets.UTF_8).trim());
    }
  }

  /**
   * keytool counts the end in days from the start: a start in the past leaves the lifetime from
   * now, and makes room for clocks that are late.
   */
  static List<String> validity(Duration lifetime) {
    long seconds = lifetime.toSeconds();
    long days = seconds / DAY_SECONDS + 1;
    return List.of(
        "-validity", Long.toString(days), "-startdate", "-" + (days * DAY_SECONDS - seconds) + "S");
  }

  private static void remove(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
