package io.nearside.tests.image;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
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
    RootFilesystem tree = ImageBuild.make(out == null ? ImageBuild.usualFolder() : out);
    lines.println(tree.folder());
    for (var part : tree.parts().entrySet()) {
      lines.printf(Locale.ROOT, "%10.1f MB  %s%n", part.getValue() / 1e6, part.getKey());
    }
    lines.printf(Locale.ROOT, "%10.1f MB%n", tree.bytes() / 1e6);
    lines.flush();
    return CommandLine.ExitCode.OK;
  }
}
