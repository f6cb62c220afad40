import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks or rewrites the format of every Java file below a folder with google-java-format. Run as a source file by the
 * build ({@code --check}: exit 1 and the list of files that differ) and by {@code ./nearside format} ({@code --write}).
 */
final class Format {
  public static void main(String[] args) throws Exception {
    boolean write = args[0].equals("--write");
    Path root = Path.of(args[1]);
    var formatter = new Formatter(JavaFormatterOptions.defaultOptions());
    List<Path> files = new ArrayList<>();
    for (String module : List.of("sidecar-config", "cluster", "agent", "tests")) {
      try (var tree = Files.walk(root.resolve(module).resolve("src"))) {
        tree.filter(p -> p.toString().endsWith(".java")).sorted().forEach(files::add);
      }
    }
    int different = 0;
    for (Path file : files) {
      String before = Files.readString(file);
      String after =
          formatter.formatSource(
              ImportOrderer.reorderImports(
                  RemoveUnusedImports.removeUnusedImports(before),
                  JavaFormatterOptions.Style.GOOGLE));
      if (after.equals(before)) {
        continue;
      }
      different++;
      if (write) {
        Files.writeString(file, after);
        System.out.println("formatted " + root.relativize(file));
      } else {
        System.err.println("not formatted: " + root.relativize(file));
      }
    }
    if (different > 0 && !write) {
      System.err.println(different + " file(s) are not formatted: run ./nearside format");
      System.exit(1);
    }
  }
}
