package io.nearside.tests.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nearside.tests.stack.RepositoryRoot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image's recipe, without an engine that could cook it: what it copies is there, and its start
 * command starts the program from a folder laid out like the image.
 */
final class ImageTest {
  private static final Path ROOT = RepositoryRoot.path();
  private static final String FROM_BUILD = "--from=build";
  private static final String BUILD_FOLDER = "/src/";
  private static final Pattern MODULES = Pattern.compile("jlink --add-modules ([a-z.,]+)");
  private static final String RUNTIME = "/opt/nearside/runtime";

  private final List<String> instructions;

  ImageTest() throws IOException {
    String text = Files.readString(ROOT.resolve("docker/Dockerfile"));
    instructions =
        text.replaceAll("(?m)^\\s*#.*\n", "")
            .replaceAll("\\\\\n\\s*", "")
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .toList();
  }

  private Stream<String> all(String instruction) {
    return instructions.stream()
        .filter(line -> line.startsWith(instruction + " "))
        .map(line -> line.substring(instruction.length() + 1).strip());
  }

  private String last(String instruction) {
    return all(instruction).reduce((first, second) -> second).orElse("");
  }

  @Test
  void bases_areOfAVersion() {
    List<String> bases = all("FROM").map(line -> line.split("\\s+", -1)[0]).toList();
    assertEquals(2, bases.size());
    for (String base : bases) {
      assertTrue(base.matches("[a-z0-9./-]+:\\d+\\.\\d+[a-z0-9.-]*"), base);
    }
  }

  @Test
  void user_isANumberAndNotRoot() {
    assertTrue(last("USER").matches("[1-9]\\d*:[1-9]\\d*"), last("USER"));
  }

  @Test
  void startCommand_needsNoShell() {
    assertTrue(last("ENTRYPOINT").startsWith("["));
    assertTrue(last("CMD").startsWith("["));
    assertFalse(last("HEALTHCHECK").startsWith("CMD"));
  }

  @Test
  void copies_ofTheCheckout_areThereAndNotIgnored() throws IOException {
    List<String> ignored = Files.readAllLines(ROOT.resolve("docker/Dockerfile.dockerignore"));
    assertEquals("*", ignored.getFirst());
    List<String> sources =
        all("COPY")
            .filter(line -> !line.startsWith("--from"))
            .flatMap(line -> sources(line).stream())
            .toList();
    assertFalse(sources.isEmpty());
    for (String source : sources) {
      assertTrue(Files.exists(ROOT.resolve(source)), source);
      assertTrue(
          ignored.stream()
              .filter(line -> line.startsWith("!"))
              .anyMatch(line -> source.equals(line.substring(1))),
          source + " is not let through by docker/Dockerfile.dockerignore");
    }
  }

  private static List<String> sources(String copy) {
    List<String> words =
        Arrays.stream(copy.split("\\s+", -1)).filter(word -> !word.startsWith("--")).toList();
    return words.subList(0, words.size() - 1);
  }

  @Test
  void startCommand_inAFolderLikeTheImage_showsTheConfiguration(@TempDir Path image)
      throws IOException, InterruptedException {
    assumeTrue(
        Files.isDirectory(ROOT.resolve("agent/target/lib")),
        "the sidecar was not packaged: mvn verify does");
    for (String copy : all("COPY").filter(line -> line.startsWith(FROM_BUILD)).toList()) {
      String to = copy.substring(copy.lastIndexOf(' ') + 1);
      for (String source : sources(copy)) {
        if (source.startsWith(BUILD_FOLDER)) {
          copy(source.substring(BUILD_FOLDER.length()), image.resolve(to.substring(1)));
        }
      }
    }
    List<String> command = words(last("ENTRYPOINT"));
    command.replaceAll(
        word ->
            word.startsWith(RUNTIME)
                ? word.replace(RUNTIME, System.getProperty("java.home"))
                : word.replace("/opt/", image + "/opt/"));
    command.add(1, "--limit-modules=" + runtimeModules());
    command.addAll(List.of("config", "show"));
    Path output = image.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("NEARSIDE_"));
    Process process = builder.start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    } finally {
      process.destroyForcibly();
    }
    String shown = Files.readString(output, StandardCharsets.UTF_8);
    assertEquals(0, process.exitValue(), shown);
    assertTrue(shown.contains("maxStalenessMillis: 1000"), shown);
    assertEquals("run", words(last("CMD")).getFirst());
  }

  /** What the runtime of the image is linked from: other modules of this JDK are hidden. */
  private String runtimeModules() {
    Matcher modules = MODULES.matcher(String.join("\n", instructions));
    assertTrue(modules.find(), "no jlink");
    return modules.group(1);
  }

  /** Copies what a path with at most one {@code *} at its end names, as COPY would. */
  private static void copy(String source, Path to) throws IOException {
    Path from = ROOT.resolve(source);
    boolean folder = Files.isDirectory(from);
    Path parent = folder ? from : from.resolveSibling("").normalize();
    String glob = folder ? "*" : String.valueOf(from.getFileName());
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
    Files.createDirectories(to);
    List<Path> copied = new ArrayList<>();
    try (var files = Files.list(parent)) {
      for (Path file : files.filter(path -> matcher.matches(path.getFileName())).toList()) {
        copied.add(Files.copy(file, to.resolve(file.getFileName())));
      }
    }
    assertFalse(copied.isEmpty(), source);
  }

  /** The words of an instruction in exec form. */
  private static List<String> words(String execForm) {
    List<String> words = new ArrayList<>();
    Matcher word = Pattern.compile("\"([^\"]*)\"").matcher(execForm);
    while (word.find()) {
      words.add(word.group(1));
    }
    return words;
  }
}
