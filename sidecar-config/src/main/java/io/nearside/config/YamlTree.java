package io.nearside.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A YAML document as maps, lists and scalars, with the line of each path. YAML 1.1, no types but
 * the core ones, bounded in size, depth and aliases.
 *
 * @param root the document's value; an empty document is an empty map
 * @param lines by path, counted from 1
 * @param problems keys given twice; the rest of the document is still read
 */
record YamlTree(Object root, Map<String, Integer> lines, List<Problem> problems) {

  private static final int CODE_POINTS_MAX = 1 << 20;
  private static final int DEPTH_MAX = 32;
  private static final int ALIASES_MAX = 16;

  /**
   * Reads a document.
   *
   * @throws ConfigException when it is not YAML; no text of the document is in it, as that may be a
   *     secret
   */
  static YamlTree parse(String text, String sourceName) {
    try {
      Map<String, Integer> lines = new HashMap<>();
      List<Problem> problems = new ArrayList<>();
      Node document = new Yaml(options()).compose(new java.io.StringReader(text));
      if (document == null) {
        return new YamlTree(Map.of(), lines, problems);
      }
      new Walk(sourceName, lines, problems).visit(document, "");
      Object root = new Yaml(new SafeConstructor(options())).load(text);
      return new YamlTree(root == null ? Map.of() : root, lines, problems);
    } catch (MarkedYAMLException e) {
      throw notYaml(sourceName, e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1);
    } catch (YAMLException e) {
      throw notYaml(sourceName, 0);
    }
  }

  private static ConfigException notYaml(String sourceName, int line) {
    String where = line == 0 ? "" : line(line, sourceName);
    String expected = "expected one YAML 1.1 document of at most 1 MiB without recursion";
    return new ConfigException(
        List.of(new Problem(sourceName, "can not be read", expected, where, List.of())));
  }

  static String line(int line, String sourceName) {
    return "line " + line + " of " + sourceName;
  }

  private static LoaderOptions options() {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(true); // found by the walk: all of them, each with its line
    options.setWarnOnDuplicateKeys(false);
    options.setAllowRecursiveKeys(false);
    options.setCodePointLimit(CODE_POINTS_MAX);
    options.setNestingDepthLimit(DEPTH_MAX);
    options.setMaxAliasesForCollections(ALIASES_MAX);
    options.setWrappedToRootException(false);
    return options;
  }

  /** Notes lines and finds duplicates. */
  private record Walk(
      String sourceName,
      Map<String, Integer> lines,
      List<Problem> problems,
      IdentityHashMap<Node, Boolean> ancestors) {

    Walk(String sourceName, Map<String, Integer> lines, List<Problem> problems) {
      this(sourceName, lines, problems, new IdentityHashMap<>());
    }

    void visit(Node node, String path) {
      lines.putIfAbsent(path, node.getStartMark().getLine() + 1);
      if (ancestors.put(node, true) != null) {
        throw new YAMLException("recursive");
      }
      switch (node) {
        case MappingNode mapping -> mapping(mapping, path);
        case SequenceNode sequence -> {
          int i = 0;
          for (Node element : sequence.getValue()) {
            visit(element, path + "[" + i++ + "]");
          }
        }
        default -> {}
      }
      ancestors.remove(node);
    }

    private void mapping(MappingNode mapping, String path) {
      Map<String, Integer> seen = new HashMap<>();
      for (NodeTuple tuple : mapping.getValue()) {
        int line = tuple.getKeyNode().getStartMark().getLine() + 1;
        String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
        String keyPath = Key.child(path, key);
        Integer before = seen.putIfAbsent(key, line);
        if (before != null) {
          problems.add(
              new Problem(
                  keyPath,
                  "given twice",
                  "expected once; first on line " + before,
                  line(line, sourceName),
                  List.of()));
        }
        lines.putIfAbsent(keyPath, line);
        visit(tuple.getValueNode(), keyPath);
      }
    }
  }
}
