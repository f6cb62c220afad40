package io.nearside.tests.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.image.Dockerfile.Instruction;
import io.nearside.tests.stack.RepositoryRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Dockerfiles without an engine: rules, and what the image's one says and copies. */
final class DockerfileTest {
  private static final Path ROOT = RepositoryRoot.path();
  private static final Path FILE = ROOT.resolve("docker/Dockerfile");

  @ParameterizedTest
  @ValueSource(
      strings = {"docker/Dockerfile", "docker/app/python/Dockerfile", "docker/app/java/Dockerfile"})
  void dockerfile_rules_areKept(String file) throws IOException {
    assertEquals(List.of(), Dockerfile.read(ROOT.resolve(file)).faults());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FROM debian:latest | is not of a version",
        "FROM debian | is not of a version",
        "ADD http://example.org/x / | is not an instruction that we use",
        "RUN apt-get install -y gcc | apt-get leaves its lists",
        "RUN curl https://example.org | downloads",
        "ENTRYPOINT java -jar x.jar | a shell form",
        "HEALTHCHECK CMD [\"x\"] | no timeout",
        "WORKDIR src | a relative folder",
        "USER app | runs as root or by a name",
        "USER 0:0 | runs as root or by a name",
      })
  void dockerfile_oneFault_isFound(String line, String fault, @TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("Dockerfile"), "FROM a:1.2\n" + line + "\n");
    List<String> faults = Dockerfile.read(file).faults();
    assertTrue(faults.stream().anyMatch(one -> one.contains(fault)), faults.toString());
  }

  @Test
  void image_ofNothingButTheTree() throws IOException {
    Dockerfile file = Dockerfile.read(FILE);
    assertEquals("scratch", file.last("FROM").getFirst().text());
    assertEquals(
        List.of("--from=build /rootfs /"),
        file.last("COPY").stream().map(Instruction::text).toList());
    assertTrue(file.last("RUN").isEmpty(), "there is no shell to run anything");
  }

  /** What is measured and tested by the tree's start command is what the image starts. */
  @Test
  void image_startCommand_isThatOfTheTree() throws IOException {
    Dockerfile file = Dockerfile.read(FILE);
    assertEquals(
        RootFilesystem.startCommand(List.of()), file.one("ENTRYPOINT").orElseThrow().words());
    assertEquals(List.of("run"), file.one("CMD").orElseThrow().words());
    assertEquals(RootFilesystem.askCommand("livez"), file.one("HEALTHCHECK").orElseThrow().words());
    assertEquals(
        RootFilesystem.USER + ":" + RootFilesystem.USER, file.one("USER").orElseThrow().text());
  }

  @Test
  void copies_ofTheCheckout_areThereAndNotIgnored() throws IOException {
    List<String> ignored = Files.readAllLines(ROOT.resolve("docker/Dockerfile.dockerignore"));
    assertEquals("*", ignored.getFirst());
    List<String> sources =
        Dockerfile.read(FILE).instructions().stream()
            .filter(one -> one.keyword().equals("COPY") && !one.text().startsWith("--from"))
            .flatMap(one -> one.arguments().subList(0, one.arguments().size() - 1).stream())
            .toList();
    assertFalse(sources.isEmpty());
    for (String source : sources) {
      assertTrue(Files.exists(ROOT.resolve(source)), source);
      assertTrue(ignored.contains("!" + source), source + " is not let through");
    }
  }
}
