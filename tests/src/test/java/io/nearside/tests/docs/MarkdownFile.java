package io.nearside.tests.docs;

import io.nearside.tests.stack.RepositoryRoot;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Markdown file, as far as it can be wrong about the repository.
 *
 * @param path absolute
 * @param lines outside fenced code
 * @param yaml the fenced blocks that are marked as YAML
 * @param links targets as written: {@code ../pom.xml#L3}
 * @param anchors what links may name behind a {@code #}, as GitHub makes them from headings
 */
record MarkdownFile(
    Path path, List<String> lines, List<String> yaml, List<String> links, Set<String> anchors) {
  private static final Pattern LINK =
      Pattern.compile("\\]\\((?<inline>[^)\\s]+)[^)]*\\)|(?m:^)\\[[^\\]]+\\]:\\s*(?<defined>\\S+)");
  private static final Pattern HEADING = Pattern.compile("#{1,6}\\s+(.*?)\\s*#*");
  private static final Set<String> NOT_OURS = Set.of("target", "node_modules");

  static MarkdownFile read(Path path) throws IOException {
    List<String> lines = new ArrayList<>();
    List<String> yaml = new ArrayList<>();
    Set<String> anchors = new LinkedHashSet<>();
    StringBuilder block = null;
    boolean fenced = false;
    for (String line : Files.readAllLines(path)) {
      if (line.strip().startsWith("```")) {
        fenced = !fenced;
        if (block != null) {
          yaml.add(block.toString());
        }
        block = fenced && line.strip().equals("```yaml") ? new StringBuilder() : null;
      } else if (block != null) {
        block.append(line).append('\n');
      } else if (!fenced) {
        lines.add(line);
        Matcher heading = HEADING.matcher(line);
        if (heading.matches()) {
          anchors.add(anchor(heading.group(1), anchors));
        }
      }
    }
    List<String> links = new ArrayList<>();
    Matcher link = LINK.matcher(String.join("\n", lines).replaceAll("`[^`\n]*`", "code"));
    while (link.find()) {
      links.add(link.group("inline") == null ? link.group("defined") : link.group("inline"));
    }
    return new MarkdownFile(path, lines, yaml, links, anchors);
  }

  /** Every one that is part of the repository. */
  static List<MarkdownFile> all() throws IOException {
    List<MarkdownFile> files = new ArrayList<>();
    Path root = RepositoryRoot.path();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = String.valueOf(folder.getFileName());
            boolean ours =
                folder.equals(root) || !(name.startsWith(".") || NOT_OURS.contains(name));
            return ours ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (file.toString().endsWith(".md")) {
              files.add(read(file));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }

  /** A heading's anchor; a second one of the same text gets a number. */
  private static String anchor(String heading, Set<String> taken) {
    String text = heading.replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1").toLowerCase(Locale.ROOT);
    String plain = text.replaceAll("[^\\p{L}\\p{N}\\s_-]", "").replaceAll("\\s", "-");
    String anchor = plain;
    for (int i = 1; taken.contains(anchor); i++) {
      anchor = plain + "-" + i;
    }
    return anchor;
  }
}
