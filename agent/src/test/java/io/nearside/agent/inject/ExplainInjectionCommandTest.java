package io.nearside.agent.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class ExplainInjectionCommandTest {
  private static final String TEMPLATE =
      """
      metadata:
        creationTimestamp: 2026-11-21T10:00:00Z
        annotations: {nearside.io/redis-url: redis://redis:6379}
      spec:
        containers: [{name: app, image: "app:1"}]
      """;

  @TempDir private Path folder = Path.of(".");
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String yaml, String... arguments) throws IOException {
    Path file = Files.writeString(folder.resolve("objects.yaml"), yaml);
    List<String> all = new ArrayList<>(List.of("-f", file.toString()));
    all.addAll(List.of(arguments));
    return new CommandLine(new ExplainInjectionCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(all.toArray(String[]::new));
  }

  private static String object(String kind, String path) {
    int depth = path.isEmpty() ? 0 : path.split("\\.", -1).length;
    var yaml = new StringBuilder("kind: " + kind + "\n");
    if (depth == 0) {
      return yaml.append(TEMPLATE.replace("metadata:\n", "metadata:\n  name: x\n")).toString();
    }
    yaml.append("metadata: {name: x, namespace: shop}\n");
    for (int i = 0; i < depth; i++) {
      yaml.append("  ".repeat(i)).append(path.split("\\.", -1)[i]).append(":\n");
    }
    return yaml.append(TEMPLATE.indent(2 * depth)).toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"})
  void explain_objectWithATemplate_isJudgedByIt(String kind) throws IOException {
    String yaml = object(kind, "spec.template");
    assertEquals(0, run(yaml, "--namespace-label", "nearside.io/inject=enabled"), err::toString);
    assertEquals(kind + " shop/x: gets the sidecar, native\n", out.toString());
    assertEquals(1, run(yaml));
    assertTrue(out.toString().contains("neither the namespace nor the pod"), out::toString);
  }

  @Test
  void explain_annotationThatTheApiServerDoesNotSee_saysWhichLabelIsMissing() throws IOException {
    String yaml =
        object("Pod", "").replace("annotations: {", "annotations: {nearside.io/inject: 'true', ");
    assertEquals(1, run(yaml), err::toString);
    assertTrue(
        out.toString().contains("needs the label nearside.io/inject=enabled"), out::toString);
    String labelled =
        yaml.replace("  annotations:", "  labels: {nearside.io/inject: enabled}\n  annotations:");
    assertEquals(0, run(labelled), err::toString);
  }

  @Test
  void explain_severalObjects_saysEachAndFailsForOne() throws IOException {
    String yaml =
        String.join(
            "---\n",
            object("CronJob", "spec.jobTemplate.spec.template"),
            "kind: Service\nmetadata: {name: s}\nspec: {}\n",
            object("Pod", "").replace("redis-url:", "redis-ulr:"));
    assertEquals(1, run(yaml, "--namespace-label", "nearside.io/inject=enabled"), err::toString);
    assertEquals(
        "CronJob shop/x: gets the sidecar, native\n"
            + "Pod x: refused: nearside.io/redis-ulr: unknown annotation"
            + " (did you mean nearside.io/redis-url?)\n",
        out.toString());
  }

  @Test
  void explain_showPod_printsWhatItWouldBe() throws IOException {
    String list = "kind: List\nitems:\n- " + object("Pod", "").indent(2).strip() + "\n";
    assertEquals(
        0,
        run(list, "--namespace-label", "nearside.io/inject=enabled", "--show-pod"),
        err::toString);
    String[] parts = out.toString().split("---\n", 2);
    JsonObject pod = YamlDocuments.read(parts[1]).getFirst();
    assertEquals(
        "nearside",
        pod.getJsonObject("spec")
            .getJsonArray("initContainers")
            .getJsonObject(0)
            .getString("name"));
    assertEquals(
        "2026-11-21T10:00:00Z", pod.getJsonObject("metadata").getString("creationTimestamp"));
  }

  @Test
  void explain_defaultsFile_isTheInjectors() throws IOException {
    Path defaults =
        Files.writeString(folder.resolve("defaults.yaml"), "redis-port: 16379\nhot-list: false\n");
    assertEquals(
        0,
        run(
            object("Pod", ""),
            "--namespace-label",
            "nearside.io/inject=enabled",
            "--show-pod",
            "--defaults",
            defaults.toString()),
        err::toString);
    assertTrue(out.toString().contains("16379"), out::toString);
    assertFalse(out.toString().contains("hot-list"), out::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "kind: Service\n", "[1]", "a: [", "a: 1\na: 2\n"})
  void explain_noPodOrNoYaml_isWrongUsage(String yaml) throws IOException {
    assertEquals(2, run(yaml));
    assertFalse(err.toString().isEmpty());
  }

  @Test
  void explain_fileThatIsNotThere_isWrongUsage() throws IOException {
    assertEquals(2, run(object("Pod", ""), "--defaults", folder.resolve("none.yaml").toString()));
    assertTrue(err.toString().contains("none.yaml: no such file"), err::toString);
  }

  @Test
  void explain_badDefaults_isWrongUsage() throws IOException {
    Path defaults = Files.writeString(folder.resolve("defaults.yaml"), "redis-port: [1]\n");
    assertEquals(2, run(object("Pod", ""), "--defaults", defaults.toString()));
    Files.writeString(defaults, "redis-prot: 1\n");
    assertEquals(2, run(object("Pod", ""), "--defaults", defaults.toString()));
    assertTrue(err.toString().contains("redis-port?"), err::toString);
  }
}
