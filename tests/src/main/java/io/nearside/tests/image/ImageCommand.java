package io.nearside.tests.image;

import io.nearside.tests.stack.RepositoryRoot;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./nearside image}: makes the image's root filesystem in a folder. */
@Command(
    name = "image",
    mixinStandardHelpOptions = true,
    description = {
      "Lays the image's root filesystem out in a folder and trains its AOT cache beside a real",
      "Redis and PostgreSQL. docker/Dockerfile does the same."
    })
public final class ImageCommand implements Callable<Integer> {
  /** Of every file, where SOURCE_DATE_EPOCH says nothing; no build is to differ by its hour. */
  private static final Instant STAMP = Instant.parse("2026-11-01T00:00:00Z");

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The folder; what it holds is removed (default: tests/target/rootfs).")
  private @Nullable Path out;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Made by the command line. */
  public ImageCommand() {}

  @Override
  public Integer call() throws IOException {
    PrintWriter lines = spec.commandLine().getOut();
    Path checkout = RepositoryRoot.path();
    Path folder = out == null ? checkout.resolve("tests/target/rootfs") : out;
    RootFilesystem tree = make(checkout, folder);
    lines.println(tree.folder());
    for (var part : tree.parts().entrySet()) {
      lines.printf(Locale.ROOT, "%10.1f MB  %s%n", part.getValue() / 1e6, part.getKey());
    }
    lines.printf(Locale.ROOT, "%10.1f MB%n", tree.bytes() / 1e6);
    lines.flush();
    return CommandLine.ExitCode.OK;
  }

  /** Lays it out and trains it. */
  static RootFilesystem make(Path checkout, Path folder) throws IOException {
    String epoch = System.getenv("SOURCE_DATE_EPOCH");
    Instant stamp = epoch == null ? STAMP : Instant.ofEpochSecond(Long.parseLong(epoch));
    RootFilesystem tree = RootFilesystem.lay(checkout, folder, stamp);
    AotTraining.run(tree);
    tree.stamp(stamp);
    return tree;
  }
}
