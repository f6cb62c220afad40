package io.nearside.tests.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.nearside.config.ConfigLoader;
import io.nearside.tests.stack.RepositoryRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The documents against the repository: what they name is there. */
final class DocumentsTest {
  private static final int HAZARDS = 33;
  private static final int POSTGRES_HAZARDS = 29;
  private static final Path ROOT = RepositoryRoot.path();

  @Test
  void links_relative_leadToFilesAndHeadings() throws IOException {
    List<String> dead = new ArrayList<>();
    for (MarkdownFile file : MarkdownFile.all()) {
      for (String link : file.links()) {
        if (!link.matches("[a-z]+:.*") && !leads(file, link)) {
          dead.add(ROOT.relativize(file.path()) + ": " + link);
        }
      }
    }
    assertEquals(List.of(), dead);
  }

  private static boolean leads(MarkdownFile file, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path folder = file.path().resolveSibling("").normalize();
    Path target = parts[0].isEmpty() ? file.path() : folder.resolve(parts[0]).normalize();
    if (!target.startsWith(ROOT) || !Files.exists(target)) {
      return false;
    }
    return parts.length == 1
        || !target.toString().endsWith(".md")
        || MarkdownFile.read(target).anchors().contains(parts[1]);
  }

  /** A class that was renamed shall not live on in a document. */
  @Test
  void links_toSources_areCalledAsTheFile() throws IOException {
    Pattern named = Pattern.compile("\\[`?(\\w+)`?\\](?:\\(|:\\s*)([^)#\\s]+\\.java)");
    List<String> wrong = new ArrayList<>();
    for (MarkdownFile file : MarkdownFile.all()) {
      Matcher link = named.matcher(String.join("\n", file.lines()));
      while (link.find()) {
        if (!link.group(2).endsWith("/" + link.group(1) + ".java")) {
          wrong.add(ROOT.relativize(file.path()) + ": " + link.group());
        }
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void hazards_everyLine_hasItsRow() throws IOException {
    assertRows("docs/redis-hazards.md", HAZARDS);
    assertRows("docs/postgres-hazards.md", POSTGRES_HAZARDS);
  }

  private static void assertRows(String document, int hazards) throws IOException {
    MarkdownFile file = MarkdownFile.read(ROOT.resolve(document));
    List<Integer> rows =
        file.lines().stream()
            .filter(line -> line.matches("\\| *\\d+ *\\|.*"))
            .map(line -> Integer.valueOf(line.split("\\|", -1)[1].strip()))
            .toList();
    assertEquals(IntStream.rangeClosed(1, hazards).boxed().toList(), rows);
  }

  @Test
  void decisions_numbers_haveNoGapsAndStandInTheList() throws IOException {
    List<String> names;
    try (var files = Files.list(ROOT.resolve("docs/adr"))) {
      names =
          files
              .map(path -> String.valueOf(path.getFileName()))
              .filter(name -> !name.equals("README.md"))
              .sorted()
              .toList();
    }
    assertEquals(
        IntStream.rangeClosed(1, names.size()).mapToObj("%04d"::formatted).toList(),
        names.stream().map(name -> name.substring(0, 4)).toList());
    assertEquals(names, MarkdownFile.read(ROOT.resolve("docs/adr/README.md")).links());
  }

  @Test
  void readme_configurationExamples_load() throws IOException {
    List<String> examples = MarkdownFile.read(ROOT.resolve("README.md")).yaml();
    assertFalse(examples.isEmpty());
    for (String example : examples) {
      ConfigLoader.loadText(
          example, "README.md", Map.of("NEARSIDE_CLUSTER_SECRET", "a-secret-of-tests-only"));
    }
  }
}
