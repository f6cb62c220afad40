package io.nearside.agent.postgres.sql;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a {@link FunctionCatalog} from the rows of {@link CatalogQuery}. Not for two threads. */
public final class CatalogBuilder {
  private record Definition(String name, String what, Analysis analysis) {}

  private final Set<String> safe = new HashSet<>();
  private final Set<String> unsafe = new HashSet<>();
  private final Map<String, String> primaryNames = new HashMap<>();
  private final Set<String> operators = new HashSet<>();
  private final List<Definition> definitions = new ArrayList<>();
  private @Nullable String cast;

  /**
   * One row of a query's answer. The order of rows and queries does not matter; rows of {@link
   * CatalogQuery#FINGERPRINT} are ignored.
   *
   * @param columns as the query's Javadoc lists them; a null counts as empty
   * @throws IllegalArgumentException for fewer columns than the query has
   */
  public CatalogBuilder row(CatalogQuery query, List<? extends @Nullable String> columns) {
    switch (query) {
      case FINGERPRINT -> {}
      case FUNCTIONS -> {
        String name = column(columns, 0);
        (column(columns, 1).equals("f") ? safe : unsafe).add(name);
        if (!column(columns, 2).equals("f")) {
          primaryNames.put(name, "a volatile function that can be called like a column");
        }
      }
      case OPERATORS -> operators.add(column(columns, 0));
      case CASTS -> cast = cast == null ? column(columns, 0) : cast;
      case RELATIONS -> primaryNames.put(column(columns, 0), column(columns, 1));
      case DEFINITIONS -> {
        byte[] text = column(columns, 2).getBytes(StandardCharsets.UTF_8);
        definitions.add(
            new Definition(
                column(columns, 0),
                column(columns, 1),
                StatementAnalyzer.analyze(text, 0, text.length, true, Set.of())));
      }
    }
    return this;
  }

  private static String column(List<? extends @Nullable String> columns, int index) {
    if (index >= columns.size()) {
      throw new IllegalArgumentException(
          "a catalog row of " + columns.size() + " columns (expected more than " + index + ")");
    }
    String value = columns.get(index);
    return value == null ? "" : value;
  }

  /** The catalog; views upon views are followed to what they stand on. */
  public FunctionCatalog build() {
    // A name is volatile if any row said so.
    safe.removeAll(unsafe);
    List<Definition> open = new ArrayList<>(definitions);
    FunctionCatalog catalog = current();
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Definition definition : List.copyOf(open)) {
        String doubt = doubt(definition.analysis(), catalog);
        if (doubt != null) {
          primaryNames.putIfAbsent(definition.name(), definition.what() + " that " + doubt);
          open.remove(definition);
          grown = true;
        }
      }
      catalog = current();
    }
    return catalog;
  }

  private FunctionCatalog current() {
    return new FunctionCatalog(true, safe, unsafe, primaryNames, operators, cast);
  }

  private static @Nullable String doubt(Analysis analysis, FunctionCatalog catalog) {
    if (!analysis.exact() || analysis.kind() != StatementKind.READ || analysis.pins()) {
      return "can not be judged";
    }
    Doubt doubt = catalog.doubt(analysis);
    return doubt == null ? null : doubt.reason();
  }
}
