package io.nearside.tests.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nearside.tests.stack.FreePort;
import io.nearside.tests.stack.HazelcastServer;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;
import io.nearside.tests.stack.RawPostgres;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image as it will run: its root filesystem, made as the Dockerfile makes it, and its own start
 * command and hooks, behind a read-only root of their own where this machine allows it.
 */
final class RootFilesystemTest {
  /** The JVM does not start when it can not use the cache. */
  private static final String AOT_OR_NOTHING = "-XX:AOTMode=on";

  private static RootFilesystem tree = new RootFilesystem(Path.of("none"));

  @TempDir private Path scratch = Path.of("none");

  @BeforeAll
  static void make() throws IOException {
    assumeTrue(ImageBuild.isPossible(), "the sidecar was not packaged: mvn verify does");
    assumeTrue(System.getProperty("os.name").equals("Linux"), "images are of Linux");
    tree = ImageBuild.upToDate();
  }

  @Test
  void startCommand_behindItsOwnRoot_answersAndEndsInOrder() throws Exception {
    assumeTrue(PostgresServer.isAvailable(), "no PostgreSQL for this machine");
    Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (RedisServer redis = RedisServer.start();
        PostgresServer postgres = PostgresServer.start()) {
      PostgresYaml face = PostgresYaml.inFrontOf(scratch, List.of("127.0.0.1:" + postgres.port()));
      int bus = FreePort.next();
      String yaml =
          SidecarYaml.alone(redis.url())
              .withPostgres(face)
              .member("image", 0, bus, List.of(bus))
              .text();
      try (SidecarProcess sidecar =
          ImageStart.launch(tree, yaml, List.of(scratch), List.of(AOT_OR_NOTHING))) {
        sidecar.awaitReady();
        try (RawRedis client = RawRedis.connect(sidecar.redisPort())) {
          assertEquals("+OK\r\n", client.ask("SET", "key", "value"));
          assertEquals("$5\r\nvalue\r\n", client.ask("GET", "key"));
        }
        assertEquals(List.of(List.of("2")), rows(face.port(), "SELECT 1 + 1"));
        sidecar.awaitReadyz();
        String scraped = sidecar.get("/metrics").body();
        assertTrue(scraped.contains("nearside_"), scraped);
        assertEquals(0, ask(sidecar, "startupz", "--wait", "20"));
        assertEquals(0, ask(sidecar, "livez"));
        assertEquals(0, ask(sidecar, "drain"));
        assertEquals(1, ask(sidecar, "readyz"));
        if (ImageStart.isJailed()) {
          assertConfined(sidecar);
        }
        assertEquals(0, sidecar.stop(), sidecar.log());
        assertFalse(sidecar.log().contains("[warning]"), "the JVM warns: " + sidecar.log());
        assertEquals(1, ask(sidecar, "livez"));
      }
    }
  }

  private static List<?> rows(int port, String sql) throws IOException {
    try (RawPostgres client =
        RawPostgres.login(
            port,
            PostgresServer.DATABASE,
            PostgresServer.USER,
            PostgresServer.password(PostgresServer.USER))) {
      return client.rows(sql);
    }
  }

  /** Runs the hook's command; gives its exit code. */
  private int ask(SidecarProcess sidecar, String... question) throws Exception {
    var builder =
        new ProcessBuilder(
                ImageStart.command(tree, RootFilesystem.askCommand(question), List.of(), scratch))
            .redirectErrorStream(true)
            .redirectOutput(scratch.resolve("ask.log").toFile());
    builder.environment().put("NEARSIDE_ADMIN_PORT", Integer.toString(sidecar.adminPort()));
    Process process = builder.start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), String.join(" ", question));
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  /** What the kernel says of the process. */
  private static void assertConfined(SidecarProcess sidecar) throws IOException {
    Path process = Path.of("/proc", Long.toString(sidecar.pid()));
    String status = Files.readString(process.resolve("status"));
    String user = Integer.toString(RootFilesystem.USER);
    assertTrue(
        status.contains("Uid:\t" + String.join("\t", List.of(user, user, user, user))), status);
    assertTrue(status.contains("Groups:\t" + user), status);
    assertTrue(status.contains("NoNewPrivs:\t1"), status);
    assertTrue(status.contains("CapEff:\t0000000000000000"), status);
    String root =
        Files.readAllLines(process.resolve("mountinfo")).stream()
            .filter(line -> line.split(" ", -1)[4].equals("/"))
            .findFirst()
            .orElseThrow();
    assertTrue(root.split(" ", -1)[5].startsWith("ro"), root);
    String netty =
        Files.readAllLines(process.resolve("maps")).stream()
            .filter(line -> line.contains("libnetty_transport"))
            .findFirst()
            .orElse("");
    assertTrue(netty.contains("/opt/nearside/lib/native/"), "unpacked elsewhere: " + netty);
  }

  /** The Hazelcast in the image is not whole: it must do as a client of one that is. */
  @Test
  void startCommand_asClientOfAStockHazelcast_joins() throws IOException {
    int port = FreePort.next();
    try (RedisServer redis = RedisServer.start();
        HazelcastServer hazelcast =
            HazelcastServer.launch(HazelcastServer.current(), port, List.of(port))) {
      hazelcast.awaitMembers(1);
      String yaml =
          SidecarYaml.alone(redis.url()).text()
              + """
              cluster:
                topology: client
                secret: {value: a-secret-of-tests-only}
                client: {clusterName: %s, members: ['127.0.0.1:%d']}
              """
                  .formatted(HazelcastServer.CLUSTER_NAME, port);
      try (SidecarProcess sidecar =
          ImageStart.launch(tree, yaml, List.of(), List.of(AOT_OR_NOTHING))) {
        sidecar.awaitReady();
        awaitUnfenced(sidecar);
      }
    }
  }

  private static void awaitUnfenced(SidecarProcess sidecar) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    JsonObject cluster = new JsonObject();
    while (System.nanoTime() < deadline) {
      cluster = new JsonObject(sidecar.get("/cluster").body());
      if (cluster.getBoolean("joined") && !cluster.getJsonObject("self").getBoolean("fenced")) {
        return;
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    throw new AssertionError(cluster.encode() + sidecar.log());
  }

  @Test
  void startCommand_injector_isOfTheSameImage() throws IOException {
    List<String> words = new ArrayList<>(RootFilesystem.startCommand(List.of(AOT_OR_NOTHING)));
    words.addAll(List.of("injector", "--help"));
    String help = Tool.run(ImageStart.command(tree, words, List.of(), scratch));
    assertTrue(help.startsWith("Usage: nearside injector"), help);
  }

  @Test
  void tree_ofNothingButTheProgram() throws IOException {
    for (String shell : List.of("bin/sh", "bin/bash", "usr/bin", "bin/busybox")) {
      assertFalse(Files.exists(tree.folder().resolve(shell)), shell);
    }
    assertTrue(Files.isExecutable(tree.home().resolve("runtime/bin/keytool")), "the injector's");
    try (Stream<Path> files = Files.walk(tree.folder())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertFalse(
            Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_WRITE),
            file + " is writable by everybody");
      }
    }
  }

  @Test
  void classPath_ofTheAgentsJar_namesEachJarOnceInOrder() throws IOException {
    Path lib = tree.home().resolve("lib");
    List<String> named;
    try (var jar = new JarFile(lib.resolve(RootFilesystem.AGENT_JAR).toFile())) {
      named =
          List.of(
              jar.getManifest().getMainAttributes().getValue("Class-Path").strip().split(" ", -1));
    }
    List<String> there;
    try (Stream<Path> files = Files.list(lib)) {
      there =
          files
              .map(path -> String.valueOf(path.getFileName()))
              .filter(name -> name.endsWith(".jar") && !name.equals(RootFilesystem.AGENT_JAR))
              .sorted()
              .toList();
    }
    assertEquals(there, named);
  }

  /** Two layouts of the same inputs are the same files, but for the AOT cache. */
  @Test
  void layout_twice_isTheSame(@TempDir Path folder) throws IOException {
    RootFilesystem again = ImageBuild.lay(folder.resolve("rootfs"));
    assertEquals(tree.digests(), again.digests());
  }

  /** The last stage of the Dockerfile, built without an engine: what it says is in the image. */
  @Test
  void dockerfile_builtByBuildah_startsWithItsAotCache() throws Exception {
    assumeTrue(Tool.isRoot() && ImageStart.isJailed(), "not root: no chroot");
    assumeTrue(Tool.find("buildah").isPresent(), "no buildah here (Debian: apt install buildah)");
    Dockerfile file = Dockerfile.read(ImageBuild.dockerfile());
    try (var buildah = new Buildah(scratch)) {
      JsonObject config = buildah.build(file, tree);
      assertEquals(file.one("USER").orElseThrow().text(), config.getString("User"));
      assertEquals(file.one("ENTRYPOINT").orElseThrow().words(), strings(config, "Entrypoint"));
      assertEquals(file.one("CMD").orElseThrow().words(), strings(config, "Cmd"));
      List<String> test = new ArrayList<>(List.of("CMD"));
      test.addAll(file.one("HEALTHCHECK").orElseThrow().words());
      assertEquals(test, strings(config.getJsonObject("Healthcheck"), "Test"));
      RootFilesystem image = buildah.mount();
      List<String> version = new ArrayList<>(RootFilesystem.startCommand(List.of(AOT_OR_NOTHING)));
      version.addAll(List.of("config", "show"));
      String shown = Tool.run(ImageStart.command(image, version, List.of(), scratch));
      assertTrue(shown.contains("maxStalenessMillis: 1000"), shown);
    }
  }

  private static List<String> strings(JsonObject json, String name) {
    JsonArray array = json.getJsonArray(name);
    List<String> strings = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      strings.add(array.getString(i));
    }
    return strings;
  }

  @Test
  void options_ofTheImage_areExplained() throws IOException {
    List<String> lines =
        Files.readString(tree.home().resolve("jvm.options"), StandardCharsets.UTF_8)
            .lines()
            .toList();
    boolean explained = false;
    for (String line : lines) {
      explained |= line.startsWith("#");
      assertTrue(line.startsWith("-") || line.startsWith("#"), line);
    }
    assertTrue(explained && lines.contains("-XX:AOTCache=" + RootFilesystem.AOT_CACHE));
  }
}
