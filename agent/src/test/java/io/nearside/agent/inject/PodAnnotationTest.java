package io.nearside.agent.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.GeneratedTable;
import io.nearside.config.ConfigException;
import io.nearside.config.ConfigLoader;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The annotations fit the configuration, and stand in the documentation. */
final class PodAnnotationTest {
  private static final String BEGIN = "<!-- annotations: generated from PodAnnotation -->\n";
  private static final String END = "<!-- annotations end -->";

  @ParameterizedTest
  @EnumSource
  void variable_ofEach_isOneOfTheConfiguration(PodAnnotation annotation) {
    if (annotation.variable().isEmpty()) {
      return;
    }
    try {
      var _ = ConfigLoader.load(Map.of(), "no file", Map.of(annotation.variable(), "~"));
    } catch (ConfigException refused) {
      assertTrue(
          refused.problems().stream().noneMatch(one -> one.value().equals("unknown variable")),
          refused::getMessage);
    }
  }

  @ParameterizedTest
  @EnumSource
  void byDefault_ofEach_isAValueThatHolds(PodAnnotation annotation) {
    String value = annotation.defaultValue();
    if (!value.isEmpty()) {
      assertTrue(annotation.kind().accepts(value), value);
      assertEquals(0, Configuration.problemsOf(annotation, value).size(), value);
    }
  }

  @ParameterizedTest
  @EnumSource
  void doc_ofEach_isASentence(PodAnnotation annotation) {
    assertTrue(annotation.doc().endsWith("."), annotation.doc());
    assertEquals(annotation, PodAnnotation.of(annotation.word()).orElseThrow());
  }

  @Test
  void annotations_all_areDocumented() throws IOException {
    GeneratedTable.assertIn("injection.md", BEGIN, END, PodAnnotationTest.class, table());
  }

  private static String table() {
    return Arrays.stream(PodAnnotation.values())
        .map(
            one ->
                String.join(
                    " | ",
                    "| `" + one.key() + "`",
                    one.kind().expected(),
                    one.byDefault(),
                    one.configurationKey().isEmpty() ? "" : "`" + one.configurationKey() + "`",
                    one.doc() + " |\n"))
        .collect(
            Collectors.joining(
                "",
                """

                | annotation | value | default | configuration key | what it does |
                |---|---|---|---|---|
                """,
                "\n"));
  }
}
