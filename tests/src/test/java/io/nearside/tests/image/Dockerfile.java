package io.nearside.tests.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The instructions of a Dockerfile, and what is wrong with them. */
record Dockerfile(Path path, List<Instruction> instructions) {
  private static final Set<String> KNOWN =
      Set.of(
          "ARG",
          "CMD",
          "COPY",
          "ENTRYPOINT",
          "ENV",
          "EXPOSE",
          "FROM",
          "HEALTHCHECK",
          "LABEL",
          "RUN",
          "STOPSIGNAL",
          "USER",
          "WORKDIR");
  private static final Pattern PINNED = Pattern.compile("[a-z0-9./-]+:\\d+\\.\\d+[A-Za-z0-9._-]*");
  private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

  /**
   * One instruction.
   *
   * @param line where it begins, from 1
   * @param stage the number of its stage, from 0; -1 before the first
   */
  record Instruction(int line, int stage, String keyword, String text) {
    /** The words of an exec form; empty for a shell form. */
    List<String> words() {
      List<String> words = new ArrayList<>();
      int from = text.indexOf('[');
      if (from >= 0 && text.endsWith("]")) {
        Matcher word = WORD.matcher(text.substring(from));
        while (word.find()) {
          words.add(word.group(1));
        }
      }
      return words;
    }

    /** What follows the options. */
    List<String> arguments() {
      return Stream.of(text.split("\\s+", -1)).filter(word -> !word.startsWith("--")).toList();
    }
  }

  Dockerfile {
    instructions = List.copyOf(instructions);
  }

  static Dockerfile read(Path path) throws IOException {
    List<Instruction> instructions = new ArrayList<>();
    List<String> lines = Files.readAllLines(path);
    int stage = -1;
    for (int i = 0; i < lines.size(); i++) {
      if (isNothing(lines.get(i))) {
        continue;
      }
      int start = i;
      var text = new StringBuilder(lines.get(i).strip());
      while (text.charAt(text.length() - 1) == '\\' && i + 1 < lines.size()) {
        i++;
        if (!isNothing(lines.get(i))) {
          text.setLength(text.length() - 1);
          text.append(lines.get(i).strip());
        }
      }
      String[] parts = text.toString().split("\\s+", 2);
      if (parts[0].equals("FROM")) {
        stage++;
      }
      instructions.add(
          new Instruction(start + 1, stage, parts[0], parts.length == 1 ? "" : parts[1]));
    }
    return new Dockerfile(path, instructions);
  }

  private static boolean isNothing(String line) {
    return line.isBlank() || line.stripLeading().startsWith("#");
  }

  /** The instructions of a keyword in the stage that becomes the image. */
  List<Instruction> last(String keyword) {
    int stage = instructions.getLast().stage();
    return instructions.stream()
        .filter(one -> one.stage() == stage && one.keyword().equals(keyword))
        .toList();
  }

  /** The one that holds of a keyword in the stage that becomes the image. */
  Optional<Instruction> one(String keyword) {
    List<Instruction> all = last(keyword);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  /** Everything that is against the rules, each with its line; empty where all is well. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    Set<String> stages = new HashSet<>();
    for (Instruction one : instructions) {
      String fault = fault(one, stages);
      if (!fault.isEmpty()) {
        faults.add(path.getFileName() + ":" + one.line() + ": " + fault);
      }
    }
    if (!one("USER").map(Instruction::text).orElse("").matches("[1-9]\\d*:[1-9]\\d*")) {
      faults.add(path.getFileName() + ": runs as root or by a name that nobody can check");
    }
    for (String keyword : List.of("ENTRYPOINT", "HEALTHCHECK")) {
      if (one(keyword).isEmpty()) {
        faults.add(path.getFileName() + ": no " + keyword);
      }
    }
    return faults;
  }

  private static String fault(Instruction one, Set<String> stages) {
    if (!KNOWN.contains(one.keyword())) {
      return one.keyword() + " is not an instruction that we use";
    }
    return switch (one.keyword()) {
      case "FROM" -> {
        List<String> words = one.arguments();
        String base = words.getFirst();
        boolean fine =
            base.equals("scratch") || stages.contains(base) || PINNED.matcher(base).matches();
        if (words.size() == 3) {
          stages.add(words.get(2));
        }
        yield fine ? "" : base + " is not of a version";
      }
      case "ENTRYPOINT", "CMD" -> one.words().isEmpty() ? "a shell form" : "";
      case "HEALTHCHECK" ->
          one.words().isEmpty() || !one.text().contains("--timeout=")
              ? "a shell form, or no timeout"
              : "";
      case "RUN" -> runFault(one.text());
      case "WORKDIR" -> one.text().startsWith("/") ? "" : "a relative folder";
      default -> "";
    };
  }

  private static String runFault(String text) {
    if (text.contains("apt-get install")
        && !(text.contains("--no-install-recommends") && text.contains("rm -rf /var/lib/apt"))) {
      return "apt-get leaves its lists or installs what is only recommended";
    }
    if (text.matches(".*\\b(sudo|curl|wget)\\b.*")) {
      return "downloads of no known content";
    }
    return "";
  }
}
