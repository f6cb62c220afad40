package io.nearside.tests.image;

import io.nearside.tests.stack.FreePort;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a tree's AOT cache: a sidecar of the tree's own start command is recorded while {@link
 * TrainingTour} drives it beside a real Redis, a real PostgreSQL and a second sidecar; from what
 * was recorded the cache is made. It holds for this runtime, these jars and these flags only.
 */
final class AotTraining {
  private static final String CACHE_FLAG = "-XX:AOTCache=";

  /**
   * Profiles of the tour would have its methods compiled in the next start's first second, which is
   * when the processor has least to spare; the image unlocks the flag.
   */
  private static final String NO_PROFILES = "-XX:-AOTRecordTraining";

  private AotTraining() {}

  /** Trains; the tree has its cache then. */
  static void run(RootFilesystem tree) throws IOException {
    Path scratch = Files.createTempDirectory("nearside-training-");
    try {
      Path recording = scratch.resolve("nearside.aotconf");
      record(tree, recording);
      List<String> create =
          command(
              tree,
              scratch,
              List.of(
                  "-XX:AOTMode=create",
                  "-XX:AOTConfiguration=" + recording,
                  NO_PROFILES,
                  CACHE_FLAG + RootFilesystem.AOT_CACHE));
      String said = Tool.run(create);
      if (!Files.isRegularFile(tree.aotCache())) {
        throw new IllegalStateException("no AOT cache was made: " + said);
      }
    } finally {
      Tool.removeTree(scratch);
    }
  }

  private static void record(RootFilesystem tree, Path recording) throws IOException {
    List<Integer> buses = List.of(FreePort.next(), FreePort.next());
    try (RedisServer redis = RedisServer.start();
        Databases databases = Databases.start()) {
      SidecarYaml base = SidecarYaml.alone(redis.url());
      List<SidecarYaml> yamls = new ArrayList<>();
      List<Integer> postgresPorts = new ArrayList<>();
      for (int i = 0; i < buses.size(); i++) {
        SidecarYaml one = base.member("sidecar-" + i, 0, buses.get(i), buses);
        if (databases.primary() != null && databases.replica() != null) {
          PostgresYaml face =
              PostgresYaml.inFrontOf(databases.primary(), databases.replica())
                  .with("readYourWrites.scope", "cluster");
          one = one.withPostgres(face);
          postgresPorts.add(face.port());
        }
        yamls.add(one);
      }
      List<String> flags =
          List.of(
              "-XX:AOTMode=record",
              NO_PROFILES,
              "-XX:AOTConfiguration=" + recording,
              "-Xlog:aot=error");
      try (SidecarProcess recorded = launch(tree, yamls.getFirst().text(), flags);
          SidecarProcess other = launch(tree, yamls.getLast().text(), List.of("-XX:AOTMode=off"))) {
        recorded.awaitReady();
        other.awaitReady();
        new TrainingTour(redis, recorded, other, postgresPorts).run();
        int exit = recorded.stop();
        if (exit != 0 || !Files.isRegularFile(recording)) {
          throw new IllegalStateException("exit code " + exit + ": " + recorded.log());
        }
      }
    }
  }

  private static SidecarProcess launch(RootFilesystem tree, String yaml, List<String> flags) {
    return SidecarProcess.launchBy(
        yaml,
        folder -> {
          List<String> command = command(tree, folder, flags);
          command.addAll(
              List.of("run", "--config", folder.resolve(SidecarProcess.CONFIG_FILE).toString()));
          return command;
        });
  }

  /**
   * The start command where the tree lies, without the cache that is yet to be made. A cache is
   * good at another place, too, as long as the jars have the same order below it.
   */
  private static List<String> command(RootFilesystem tree, Path scratch, List<String> flags)
      throws IOException {
    List<String> command = ImageStart.plain(tree, RootFilesystem.startCommand(flags), scratch);
    Path options = scratch.resolve("jvm.options");
    Files.write(
        options,
        Files.readAllLines(options).stream().filter(line -> !line.startsWith(CACHE_FLAG)).toList());
    return command;
  }

  /** A primary and its replica; nothing where this machine has no PostgreSQL. */
  private record Databases(@Nullable PostgresServer primary, @Nullable PostgresServer replica)
      implements AutoCloseable {
    static Databases start() {
      if (!PostgresServer.isAvailable()) {
        return new Databases(null, null);
      }
      PostgresServer primary = PostgresServer.start();
      try {
        return new Databases(primary, PostgresServer.replicaOf(primary));
      } catch (RuntimeException failed) {
        primary.close();
        throw failed;
      }
    }

    @Override
    public void close() {
      if (replica != null) {
        replica.close();
      }
      if (primary != null) {
        primary.close();
      }
    }
  }
}
